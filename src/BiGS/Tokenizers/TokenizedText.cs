namespace BiGS.Tokenizers;

/// <summary>A tokenised text or pair of texts; all arrays have one entry a token.</summary>
/// <param name="Tokens">The pieces as the vocabulary spells them.</param>
/// <param name="Ids">Their numbers in the vocabulary.</param>
/// <param name="TokenTypeIds">0 for [CLS] and the first text with its [SEP], 1 for the second text with its [SEP].</param>
/// <param name="AttentionMask">1 everywhere: padding is added when texts are batched.</param>
/// <param name="SpecialTokensMask">1 for the [CLS] and [SEP] that encoding added, 0 for what the texts hold, special tokens written in
/// them included.</param>
/// <param name="Offsets">The [Start, End) UTF-16 code units of a token in its own text (first or second); (0, 0) where encoding added
/// it.</param>
public sealed record TokenizedText(
    IReadOnlyList<string> Tokens,
    IReadOnlyList<int> Ids,
    IReadOnlyList<int> TokenTypeIds,
    IReadOnlyList<int> AttentionMask,
    IReadOnlyList<int> SpecialTokensMask,
    IReadOnlyList<(int Start, int End)> Offsets);

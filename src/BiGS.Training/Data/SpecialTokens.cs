using BiGS.Tokenizers;

namespace BiGS.Training.Data;

/// <summary>The ids that frame and hide text: [PAD], [UNK], [CLS], [SEP], [MASK].</summary>
internal sealed record SpecialTokens(int Pad, int Unknown, int Classification, int Separator, int Mask)
{
    public static SpecialTokens FromVocabulary(WordPieceVocabulary words) =>
        new(words.PadId, words.UnknownId, words.ClassificationId, words.SeparatorId, words.MaskId);

    public bool Contains(int id) => id == Pad || id == Unknown || id == Classification || id == Separator || id == Mask;
}

/// <summary>Appends the ids of a text, without special tokens. Called from several threads at once.</summary>
internal delegate void TokenEncoder(ReadOnlySpan<char> text, List<int> ids);

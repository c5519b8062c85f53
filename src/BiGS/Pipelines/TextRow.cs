using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>A text that is tokenised already: what a pipeline reads where someone has counted the tokens before.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Its tokens, [CLS] and [SEP] included, as <see cref="BertTokenizer.Encode(string, string?, int?, bool, TruncationSide)"/> gives them.</param>
internal sealed record TextRow(string Text, TokenizedText Tokens);

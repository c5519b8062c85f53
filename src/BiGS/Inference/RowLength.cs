using BiGS.Configuration;

namespace BiGS.Inference;

/// <summary>
/// How long a row becomes before a model reads it. A model that masks padding reads a row as it is. One that sees its padding (the
/// authors' encoder) answers as it was trained only when every row is padded to <c>max_position_embeddings</c> (paper.md §3).
/// </summary>
internal static class RowLength
{
    /// <param name="config">The model's shape.</param>
    /// <param name="tokens">What the text needs.</param>
    /// <param name="padTo">A length that someone asked for.</param>
    /// <exception cref="ArgumentException">The text needs more than there is.</exception>
    public static int For(BiGSConfig config, int tokens, int? padTo)
    {
        int longest = config.MaxInputLength();
        int length = padTo ?? (config.PaddingAffectsOutput() ? config.MaxPositionEmbeddings : tokens);
        if (length > longest)
        {
            throw new ArgumentException(padTo is null
                ? $"the text has {tokens} tokens, but the model reads at most {longest}; shorten or split it."
                : $"rows of {padTo} tokens are asked for, but the model reads at most {longest}; pad to less.");
        }

        return tokens <= length
            ? length
            : throw new ArgumentException($"the text has {tokens} tokens, which do not fit a row of {length}; shorten or split it.");
    }
}

using BiGS.Configuration;

namespace BiGS.Inference;

/// <summary>Rows of tokens side by side, padded to one length. Managed arrays, so that any thread may make one.</summary>
/// <param name="Rows">b.</param>
/// <param name="Length">l.</param>
/// <param name="InputIds">(b, l), row by row.</param>
/// <param name="AttentionMask">(b, l): 1 = text, 0 = padding.</param>
/// <param name="TokenTypeIds">(b, l).</param>
/// <param name="Tokens">How many positions hold text.</param>
public sealed record Batch(int Rows, int Length, long[] InputIds, long[] AttentionMask, long[] TokenTypeIds, int Tokens)
{
    /// <summary>Puts rows side by side.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="padId">Fills what the shorter rows leave.</param>
    /// <param name="length">The length to pad to; null for the longest row.</param>
    public static Batch Create(IReadOnlyList<TokenRow> rows, int padId, int? length = null)
    {
        int l = length ?? rows.Max(row => row.Ids.Length);
        long[] ids = new long[rows.Count * l];
        long[] mask = new long[rows.Count * l];
        long[] types = new long[rows.Count * l];
        Array.Fill(ids, padId);
        for (int r = 0; r < rows.Count; r++)
        {
            TokenRow row = rows[r];
            for (int i = 0; i < row.Ids.Length; i++)
            {
                ids[(r * l) + i] = row.Ids[i];
                mask[(r * l) + i] = 1;
                types[(r * l) + i] = row.TokenTypeIds?[i] ?? 0;
            }
        }

        return new Batch(rows.Count, l, ids, mask, types, rows.Sum(row => row.Ids.Length));
    }
}

/// <summary>One row of tokens as a model reads it, [CLS] and [SEP] included, without padding.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="TokenTypeIds">0 for tokens of the first text, 1 for those of the second; null for 0 everywhere.</param>
public sealed record TokenRow(int[] Ids, int[]? TokenTypeIds = null)
{
    /// <summary>A row of two texts.</summary>
    /// <param name="ids">The tokens of both.</param>
    /// <param name="secondStart">Where the second text starts; the row's length where there is none.</param>
    public static TokenRow Pair(int[] ids, int secondStart) => new(ids, secondStart < ids.Length ? [.. ids.Select((_, i) => i < secondStart ? 0 : 1)] : null);
}

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

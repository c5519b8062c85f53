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

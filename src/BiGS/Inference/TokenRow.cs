namespace BiGS.Inference;

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

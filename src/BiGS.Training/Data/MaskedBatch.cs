using BiGS.Inference;

namespace BiGS.Training.Data;

/// <summary>Masked rows side by side: what a model reads, and which words were hidden where.</summary>
/// <param name="Input">What the model reads.</param>
/// <param name="MaskedPositions">Flat indices row · l + position, ascending.</param>
/// <param name="MaskedIds">The words that stood there.</param>
internal sealed record MaskedBatch(Batch Input, long[] MaskedPositions, long[] MaskedIds)
{
    /// <inheritdoc cref="Batch.Create"/>
    public static MaskedBatch Create(IReadOnlyList<MaskedRow> rows, int padId, int? length = null)
    {
        var input = Batch.Create([.. rows.Select(row => row.Input)], padId, length);
        return new MaskedBatch(
            input,
            [.. rows.SelectMany((row, r) => row.Positions.Select(position => ((long)r * input.Length) + position))],
            [.. rows.SelectMany(row => row.Words.Select(word => (long)word))]);
    }
}

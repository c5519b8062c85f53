using BiGS.Inference;
using BiGS.Torch.Models;
using static TorchSharp.torch;

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

/// <summary>A batch of masked text as tensors on a device.</summary>
/// <param name="Input">What the model reads: (b, l).</param>
/// <param name="Positions">(p): flat indices of the masked positions.</param>
/// <param name="Words">(p): what stood there.</param>
internal sealed record BatchTensors(ModelInput Input, Tensor Positions, Tensor Words)
{
    /// <summary>Lays a batch out on a device.</summary>
    public static BatchTensors FromBatch(MaskedBatch batch, Device device) => new(
        ModelInput.FromBatch(batch.Input, device), ModelInput.Send(tensor(batch.MaskedPositions), device), ModelInput.Send(tensor(batch.MaskedIds), device));
}

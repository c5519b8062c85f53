using BiGS.Batches;
using BiGS.Models;
using static TorchSharp.torch;

namespace BiGS.Evaluation;

/// <summary>A batch of masked text as tensors on a device.</summary>
/// <param name="Input">Ids, mask and types: (b, l). The mask is left out where no position is padding.</param>
/// <param name="Positions">(p): flat indices of the masked positions.</param>
/// <param name="Words">(p): what stood there.</param>
public sealed record BatchTensors(ModelInput Input, Tensor Positions, Tensor Words)
{
    public static BatchTensors Of(Batch batch, Device device)
    {
        Tensor Rows(long[] values) => tensor(values, [batch.Rows, batch.Length], device: device);
        bool padded = batch.Tokens < (long)batch.Rows * batch.Length;
        bool twoTypes = Array.Exists(batch.TokenTypeIds, type => type != 0);
        return new BatchTensors(
            new ModelInput(Rows(batch.InputIds), padded ? Rows(batch.AttentionMask) : null, twoTypes ? Rows(batch.TokenTypeIds) : null),
            tensor(batch.MaskedPositions, device: device),
            tensor(batch.MaskedIds, device: device));
    }
}

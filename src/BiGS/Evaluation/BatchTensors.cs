using BiGS.Batches;
using BiGS.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Evaluation;

/// <summary>A batch of masked text as tensors on a device.</summary>
/// <param name="Input">Ids, mask and types: (b, l). The mask is left out where no position is padding.</param>
/// <param name="Positions">(p): flat indices of the masked positions.</param>
/// <param name="Words">(p): what stood there.</param>
public sealed record BatchTensors(ModelInput Input, Tensor Positions, Tensor Words)
{
    /// <summary>
    /// Lays a batch out. To a GPU it is sent from pinned memory, so that the copy runs beside what the card still computes; libtorch keeps that memory
    /// until the copy is over.
    /// </summary>
    public static BatchTensors Of(Batch batch, Device device)
    {
        Tensor Sent(Tensor here)
        {
            if (device.type != DeviceType.CUDA)
            {
                return here.to(device);
            }

            using (here)
            using (Tensor pinned = here.pin_memory())
            {
                return pinned.to(device, non_blocking: true);
            }
        }

        Tensor Rows(long[] values) => Sent(tensor(values, [batch.Rows, batch.Length]));
        bool padded = batch.Tokens < (long)batch.Rows * batch.Length;
        bool twoTypes = Array.Exists(batch.TokenTypeIds, type => type != 0);
        return new BatchTensors(
            new ModelInput(Rows(batch.InputIds), padded ? Rows(batch.AttentionMask) : null, twoTypes ? Rows(batch.TokenTypeIds) : null),
            Sent(tensor(batch.MaskedPositions)),
            Sent(tensor(batch.MaskedIds)));
    }
}

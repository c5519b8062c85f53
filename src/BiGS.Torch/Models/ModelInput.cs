using BiGS.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>What a model reads. Only the ids are needed; without a mask no position is padding.</summary>
/// <param name="InputIds">(b, l), int64; of samples with several rows (b, rows, l).</param>
/// <param name="AttentionMask">(b, l), 1 = text, 0 = padding.</param>
/// <param name="TokenTypeIds">(b, l), 0 = first text, 1 = second.</param>
public sealed record ModelInput(Tensor InputIds, Tensor? AttentionMask = null, Tensor? TokenTypeIds = null)
{
    /// <summary>A batch as tensors. The mask is left out where no position is padding, and the types where all are 0.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="device">Where the tensors are to be.</param>
    /// <param name="rowsPerSample">How many rows that follow each other are one sample: the choices of a question.</param>
    public static ModelInput FromBatch(Batch batch, Device device, int rowsPerSample = 1)
    {
        long[] shape = rowsPerSample == 1 ? [batch.Rows, batch.Length] : [batch.Rows / rowsPerSample, rowsPerSample, batch.Length];
        Tensor Rows(long[] values) => Send(tensor(values, shape), device);
        bool padded = batch.Tokens < (long)batch.Rows * batch.Length;
        bool twoTypes = Array.Exists(batch.TokenTypeIds, type => type != 0);
        return new ModelInput(Rows(batch.InputIds), padded ? Rows(batch.AttentionMask) : null, twoTypes ? Rows(batch.TokenTypeIds) : null);
    }

    /// <summary>
    /// A new tensor on its way to a device. To a GPU it is sent from pinned memory, so that the copy runs beside what the GPU still computes; libtorch keeps
    /// that memory until the copy is over.
    /// </summary>
    internal static Tensor Send(Tensor here, Device device)
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

    /// <summary>Of rows that hold several texts, (b, texts, l), every text as a row: (b · texts, l). Others stay as they are.</summary>
    public ModelInput Flatten() => new(Flatten(InputIds), AttentionMask is { } mask ? Flatten(mask) : null, TokenTypeIds is { } types ? Flatten(types) : null);

    private static Tensor Flatten(Tensor x) => x.view(-1, x.shape[^1]);
}

using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.Data;

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

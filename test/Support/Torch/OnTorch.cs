using BiGS.Inference;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Inference;

namespace BiGS.Support;

/// <summary>Pipelines of checkpoints that libtorch computes.</summary>
internal static class OnTorch
{
    public static OpenOptions Fp32 { get; } = In(Precision.Fp32);

    public static OpenOptions In(Precision precision) => new() { Backend = new TorchBackend(new TorchOptions { Precision = precision }) };
}

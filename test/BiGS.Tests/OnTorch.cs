using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Pipelines;

namespace BiGS.Tests;

/// <summary>Pipelines of checkpoints that libtorch computes.</summary>
internal static class OnTorch
{
    public static OpenOptions Fp32 { get; } = In(Precision.Fp32);

    public static OpenOptions In(Precision precision) => new() { Backend = new TorchBackend(new TorchOptions { Precision = precision }) };
}

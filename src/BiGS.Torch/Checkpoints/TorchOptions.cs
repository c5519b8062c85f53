using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>How libtorch computes a checkpoint, and what is changed on opening it.</summary>
public sealed record TorchOptions
{
    /// <summary>Where the model is and computes.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>What the model computes in.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>How the SSMs are applied.</summary>
    public ISsmRoute Route { get; init; } = SsmRoutes.Auto;

    /// <summary>Another head than the one that config.json names.</summary>
    public string? Architecture { get; init; }

    /// <summary>Decides the weights of a head that the file does not have.</summary>
    public long Seed { get; init; }

    /// <summary>Changes the configuration before the model is built: another number of labels, another dropout.</summary>
    public Func<BiGSConfig, BiGSConfig> Configure { get; init; } = config => config;
}

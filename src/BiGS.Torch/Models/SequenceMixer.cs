using BiGS.Configuration;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// What moves information between positions inside a block: (l, b, d) → (l, b, d), with 4 d² weights for either kind (docs/paper.md §3). A mixer
/// owns modules but is none itself: the block registers them under its own name, and so the keys of a checkpoint are the authors'.
/// </summary>
public abstract class SequenceMixer
{
    /// <summary>The modules, under the names that they have inside a block.</summary>
    public abstract IEnumerable<(string Name, nn.Module Module)> Components { get; }

    /// <summary>The mixer that a configuration names: the table of mixers.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="route">How state-space models are computed.</param>
    /// <exception cref="NotSupportedException">No mixer stands in the table for <see cref="BiGSConfig.Routing"/>.</exception>
    public static SequenceMixer Create(BiGSConfig config, ISsmRoute route) => config.Routing switch
    {
        Routing.Ssm => new TwoSequentialSsm(config, route),
        Routing.Attention => new SelfAttention(config),
        _ => throw new NotSupportedException($"BiGSConfig.Routing is {config.Routing}, which has no mixer; add it to SequenceMixer.Create."),
    };

    /// <summary>Mixes.</summary>
    /// <param name="X">(l, b, d), normalised.</param>
    /// <param name="padding">Null where no position is padding.</param>
    /// <returns>(l, b, d).</returns>
    public abstract Tensor Route(Tensor X, PaddingMask? padding);
}

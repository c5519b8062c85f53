using BiGS.Configuration;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// What moves information between positions inside a block: (l, b, d) → (l, b, d), with 4 d² weights for either kind (docs/paper.md §3). A mixer
/// is not a module itself: the block registers its modules directly, so that the keys of a checkpoint match those of the authors' code.
/// </summary>
public abstract class SequenceMixer
{
    /// <summary>The modules, under the names that they have inside a block.</summary>
    public abstract IEnumerable<(string Name, nn.Module Module)> Components { get; }

    /// <summary>Creates the mixer that <see cref="BiGSConfig.Routing"/> selects. A new mixer is a line here.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="route">How state-space models are computed.</param>
    /// <exception cref="NotSupportedException">There is no mixer for this value.</exception>
    public static SequenceMixer Create(BiGSConfig config, ISsmRoute route) => config.Routing switch
    {
        Routing.Ssm => new TwoSequentialSsm(config, route),
        Routing.Attention => new SelfAttention(config),
        _ => throw new NotSupportedException($"BiGSConfig.Routing is {config.Routing}, which has no mixer; add it to SequenceMixer.Create."),
    };

    /// <summary>Mixes information across positions.</summary>
    /// <param name="X">(l, b, d), normalised.</param>
    /// <param name="padding">Null if the batch has no padding.</param>
    /// <returns>(l, b, d).</returns>
    public abstract Tensor Route(Tensor X, PaddingMask? padding);
}

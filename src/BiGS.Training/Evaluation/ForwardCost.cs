using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;

namespace BiGS.Training.Evaluation;

/// <summary>
/// What one row of L tokens costs the layers of a model, in floating-point operations (a multiplication and an addition are two); embeddings, head, norms
/// and activations are not counted (paper.md §6).
/// <code>
/// layers · (2L · weights + mixing)      weights outside the mixer: 3 d i GATED, 2 d i STACK; in it, 4 d² or about as many
/// mixing: 4 L² d of attention, or of two SSMs 2 d · (one channel by a route), or Hydra's chunks
/// </code>
/// At BERT's i = 4d that is 24 (12 d² · 2L + 4 L² d), and at BiGS's i = 3d, by FFT, 23 (13 d² · 2L + 2 d (10 L log₂ 2L + 6 L)).
/// </summary>
internal static class ForwardCost
{
    /// <param name="config">The model's shape.</param>
    /// <param name="length">L.</param>
    /// <param name="route">How SSMs are applied; the paper counts FFTs.</param>
    public static double Flops(BiGSConfig config, long length, ISsmRoute route)
    {
        double d = config.HiddenSize;
        double around = (config.Architecture == Architecture.Gated ? 3 : 2) * d * config.IntermediateSize;
        double mixer = config.Routing switch
        {
            Routing.Attention => (2 * length * 4 * d * d) + (4.0 * length * length * d),
            Routing.Ssm => (2 * length * 4 * d * d) + (2 * d * RouteCost.Estimate(route, length, config.StateSize)),
            Routing.Hydra => Hydra.Flops(config, length),
            _ => throw new NotSupportedException($"BiGSConfig.Routing is {config.Routing}, whose cost is not known; add it to ForwardCost."),
        };
        return config.NumHiddenLayers * ((2.0 * length * around) + mixer);
    }
}

using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;

namespace BiGS.Training.Evaluation;

/// <summary>What a row costs at one length.</summary>
/// <param name="Length">Tokens.</param>
/// <param name="Flops">As the paper counts: SSMs by FFT.</param>
/// <param name="RouteFlops">By the route that computes here.</param>
/// <param name="Seconds">Of a forward pass; null where the model has too few positions.</param>
internal sealed record RowCost(int Length, double Flops, double RouteFlops, double? Seconds)
{
    /// <summary>Counts, and measures as far as the model has positions.</summary>
    /// <param name="model">Frozen, with its route set.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="route">How the SSMs of the model are applied.</param>
    /// <param name="cancellationToken">Stops between turns.</param>
    public static RowCost Measure(HeadedModel model, int length, ISsmRoute route, CancellationToken cancellationToken = default)
    {
        bool fits = model.Config.PositionEmbeddingType == PositionEmbedding.None || length <= model.Config.MaxPositionEmbeddings;
        return new RowCost(
            length,
            ForwardCost.Flops(model.Config, length, SsmRoutes.Get("fft")),
            ForwardCost.Flops(model.Config, length, route),
            fits ? ForwardTime.Median(model, length, cancellationToken) : null);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// InfoNCE with the other texts of a batch as negatives (van den Oord et al. 2018; Gao et al. 2021, SimCSE):
/// ℓ_i = −log e^{cos(q_i, p_i)/τ} / Σ_j e^{cos(q_i, k_j)/τ}, where k runs over the second texts of all rows, p_i among them, and over their hard negatives.
/// A text that is q_i's own or p_i's, standing in another row, is no negative and is left out.
/// </summary>
internal static class ContrastiveLoss
{
    /// <summary>τ of SimCSE.</summary>
    public const double DefaultTemperature = 0.05;

    private static readonly Scalar Never = float.NegativeInfinity;

    /// <param name="vectors">(b, texts, d): what is compared, what belongs to it, and what does not.</param>
    /// <param name="texts">(b, texts): equal numbers for equal texts.</param>
    /// <param name="temperature">τ.</param>
    /// <returns>A scalar, the mean over rows.</returns>
    public static Tensor Compute(Tensor vectors, Tensor texts, double temperature)
    {
        using var scope = NewDisposeScope();
        using Scalar inverse = 1 / temperature;
        long rows = vectors.shape[0];
        Tensor unit = nn.functional.normalize(vectors, dim: -1);
        Tensor keys = unit.narrow(1, 1, unit.shape[1] - 1).transpose(0, 1).reshape(-1, unit.shape[2]); // (texts − 1 · b, d)
        Tensor scores = unit.select(1, 0).matmul(keys.t()).mul(inverse); // (b, texts − 1 · b)

        Tensor numbers = texts.narrow(1, 1, texts.shape[1] - 1).t().reshape(1, -1); // (1, texts − 1 · b)
        Tensor same = numbers.eq(texts.narrow(1, 0, 1)).logical_or(numbers.eq(texts.narrow(1, 1, 1)));
        Tensor own = eye(rows, scores.shape[1], dtype: ScalarType.Bool, device: scores.device);
        Tensor asked = scores.masked_fill(same.logical_and(own.logical_not()), Never);
        return nn.functional.cross_entropy(asked, arange(rows, device: scores.device)).MoveToOuterDisposeScope();
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// Sums that are safe beside a busy collector. TorchSharp's <c>a + b</c> makes a Scalar (libtorch's factor on b) that nobody holds, and the
/// collector's thread may free it while libtorch reads it: a step that fails once in some hundred thousand. Here the factor is held.
/// </summary>
internal static class Sums
{
    private static readonly Scalar One = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + s, for an s that the caller holds.</summary>
    public static Tensor Plus(this Tensor a, Scalar s) => a.add(s, One);

    /// <summary>a ← a + b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);
}

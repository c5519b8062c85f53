using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// The orthogonal part U Vᵀ of a matrix U S Vᵀ, by products of matrices alone: the polynomial a x + b x³ + c x⁵ acts on every singular value,
/// since X (Xᵀ X)ᵏ = U S²ᵏ⁺¹ Vᵀ. Five polynomials, one after the other, take every value between a thousandth of the largest and it to nearly 1
/// (Amsel et al. 2025, “The Polar Express”: each is the best for what the ones before it leave).
/// </summary>
internal static class Orthogonalization
{
    private static readonly (float A, float B, float C)[] Polynomials =
    [
        (8.287212f, -23.5958865f, 17.3003873f),
        (4.1070591f, -2.9478499f, 0.5448431f),
        (3.9486909f, -2.9089021f, 0.5518191f),
        (3.3184197f, -2.488488f, 0.5100489f),
        (2.300652f, -1.668904f, 0.4188073f),
    ];

    /// <summary>The polynomials are the best on [0.001, 1]; a value that rounding lifts above 1 must not be thrown far.</summary>
    private static readonly Scalar Margin = 1.01;

    private static readonly Scalar Least = 1e-30;

    /// <param name="matrices">(count, n, k), n ≤ k. A matrix of zeros stays one.</param>
    /// <returns>(count, n, k), of the type of the argument; computed in bf16 on a GPU.</returns>
    public static Tensor Apply(Tensor matrices)
    {
        using var scope = NewDisposeScope();
        Tensor x = matrices.device_type == TorchSharp.DeviceType.CUDA ? matrices.to_type(ScalarType.BFloat16) : matrices;
        Tensor all = matrices.mul(matrices).sum([1, 2], keepdim: true).sqrt(); // no singular value is longer than all together
        x = x.div(all.mul(Margin).clamp_min(Least).to_type(x.dtype));
        foreach ((float a, float b, float c) in Polynomials)
        {
            Tensor gram = x.bmm(x.transpose(1, 2)); // (count, n, n)
            Tensor even = gram.baddbmm(gram, gram, beta: b, alpha: c); // b G + c G²
            x = even.baddbmm(x, x, beta: a, alpha: 1); // a X + (b G + c G²) X
        }

        return x.to_type(matrices.dtype).MoveToOuterDisposeScope();
    }
}

using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The convolution as one matrix product, since every channel shares K: y = T u with T_ij = K_{i−j} (D on the diagonal),
/// lower triangular forward and its transpose backward (paper.md §2). O(L²), but at matrix speed: the fastest route for short rows.
/// </summary>
internal sealed class ToeplitzProduct : ISsmRoute
{
    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction)
    {
        using var scope = NewDisposeScope();
        return new Product(Matrix(system.ImpulseResponse(length), type, direction)).MoveToOuterScope();
    }

    /// <summary>
    /// Lays K out as T. With k = (0, …, 0, K_0, …, K_{L−1}), the windows of length L of k are the rows of a Hankel matrix
    /// M_st = k_{s+t}; reversing its columns gives the forward T, reversing its rows the backward one.
    /// </summary>
    /// <param name="K">(m, L).</param>
    /// <param name="type">Of the matrix. It is rounded last, so that a gradient adds up along the diagonals in single precision or better.</param>
    /// <param name="direction">Lower triangular forward, upper triangular backward.</param>
    /// <returns>(m, L, L).</returns>
    public static Tensor Matrix(Tensor K, ScalarType type, Direction direction)
    {
        using var scope = NewDisposeScope();
        long length = K.shape[1];
        Tensor k = cat([zeros([K.shape[0], length - 1], K.dtype, K.device), K], 1);
        k = k.to_type(type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        Tensor hankel = k.unfold(1, length, 1); // (m, L, L)
        return hankel.flip(direction == Direction.Forward ? 2 : 1).to_type(type).MoveToOuterDisposeScope();
    }

    private sealed class Product(Tensor T) : SsmOperator(T)
    {
        public override Tensor Apply(Tensor u) => bmm(T, u);
    }
}

using static TorchSharp.torch;

namespace BiGS.Ssm;

/// <summary>
/// A way to apply one system to a sequence. All routes compute the same function and gradient;
/// <see cref="Recurrence"/> is the definition that the others are tested against.
/// </summary>
public interface ISsmRoute
{
    /// <summary>y = K ∗ u + D u along l, in the given direction.</summary>
    /// <param name="system">m heads.</param>
    /// <param name="u">(b, m, l, c).</param>
    /// <param name="direction">Backward sums over what comes after instead of before.</param>
    /// <returns>(b, m, l, c), in the type of u.</returns>
    Tensor Apply(DiscreteSystem system, Tensor u, Direction direction);
}

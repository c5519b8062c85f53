using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// A way to apply one system to a sequence. All routes compute the same function and gradient: they are tested against the definition
/// in <see cref="DiscreteStateSpaceModel"/>, and their gradients against those of <see cref="Recurrence"/>.
/// </summary>
public interface ISsmRoute
{
    /// <summary>Lays a system out for rows of one length: all that does not depend on what is read.</summary>
    /// <param name="system">m heads.</param>
    /// <param name="length">l: positions of a row.</param>
    /// <param name="type">What u will be in.</param>
    /// <param name="direction">Backward sums over what comes after instead of before.</param>
    SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction);
}

/// <summary>
/// A system that is ready for rows of one length, in one direction and type: y = K ∗ u + D u along l. While the parameters stay as they
/// are, it may be kept and applied again.
/// </summary>
/// <param name="parts">The tensors that it holds.</param>
public abstract class SsmOperator(params Tensor[] parts) : IDisposable
{
    /// <param name="u">(m, l, c): for each head the positions, and at each the channels of all rows side by side.</param>
    /// <returns>(m, l, c), in the type of u.</returns>
    public abstract Tensor Apply(Tensor u);

    /// <summary>Takes the tensors out of the scopes that would end them.</summary>
    public SsmOperator DetachFromScopes()
    {
        foreach (Tensor part in parts)
        {
            part.DetachFromDisposeScope();
        }

        return this;
    }

    /// <summary>Hands the tensors to the scope around.</summary>
    internal SsmOperator MoveToOuterScope()
    {
        foreach (Tensor part in parts)
        {
            part.MoveToOuterDisposeScope();
        }

        return this;
    }

    public void Dispose()
    {
        foreach (Tensor part in parts)
        {
            part.Dispose();
        }

        GC.SuppressFinalize(this);
    }
}

using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The recurrence: x_k = Ā x_{k−1} + B̄ u_k, y_k = Re(C x_k) + D u_k, one step at a time, in double precision. Slow, and so simple that the gradients of
/// every other route are tested against those of this one; also the way to feed a stream token by token.
/// </summary>
internal sealed class Recurrence : ISsmRoute
{
    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction) => new StepByStep(system, direction);

    private sealed class StepByStep(DiscreteSystem system, Direction direction)
        : SsmOperator(system.LogABar, system.BBar, system.C, system.D)
    {
        public override Tensor Apply(Tensor u)
        {
            using var scope = NewDisposeScope();
            int length = (int)u.shape[1];
            var state = new RecurrentState(system);
            var y = new Tensor[length];
            for (int k = 0; k < length; k++)
            {
                int position = direction == Direction.Forward ? k : length - 1 - k;
                y[position] = state.Step(u.select(1, position)); // (m, c)
            }

            return stack(y, 1).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>The state x of a system that reads one step at a time.</summary>
internal sealed class RecurrentState
{
    private readonly DiscreteSystem _system;
    private readonly Tensor _aBar;
    private readonly Tensor _bBar;
    private readonly Tensor _c;
    private Tensor? _x;

    public RecurrentState(DiscreteSystem system)
    {
        _system = system;
        _aBar = system.LogABar.exp().unsqueeze(-1); // (m, N, 1)
        _bBar = system.BBar.unsqueeze(-1);
        _c = system.C.unsqueeze(-1);
    }

    /// <summary>Takes u_k and gives y_k; the state moves on. The first step starts from zero.</summary>
    /// <param name="u">(m, c).</param>
    /// <returns>(m, c), in the type of u.</returns>
    public Tensor Step(Tensor u)
    {
        Tensor input = u.to_type(ScalarType.Float64);
        Tensor driven = _bBar * input.unsqueeze(1); // (m, N, c)
        _x = _x is null ? driven : (_aBar * _x).Plus(driven);
        Tensor y = real((_c * _x).sum(dim: 1)).Plus(_system.D.unsqueeze(-1) * input); // (m, c)
        return y.to_type(u.dtype);
    }
}

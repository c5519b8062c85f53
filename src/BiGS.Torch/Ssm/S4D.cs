using BiGS.StateSpace;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// One diagonal state-space model (S4D) in one direction: y = K ∗ u + D u, the same K for every channel of a head.
/// x'(t) = A x(t) + u(t), y(t) = C x(t) + D u(t), sampled with step Δ (paper.md §1).
/// </summary>
/// <remarks>Checkpoint keys: <c>D</c>, <c>kernel.{C, log_step, A_re, A_im}</c>. With one head, D is (1); with m heads, (m).</remarks>
public sealed class S4D : nn.Module<Tensor, Tensor>
{
    private readonly Direction _direction;
    private readonly ISsmRoute _route;

    [ComponentName(Name = "D")]
    private readonly Parameter _d;

    [ComponentName(Name = "kernel")]
    private readonly S4DKernel _kernel;

    private SsmOperatorCache? _kept;

    /// <param name="heads">m: how many kernels share the channels out among themselves; 1 in the paper.</param>
    /// <param name="stateSize">N: complex states of a kernel; 64 in the paper.</param>
    /// <param name="discretize">The rule that samples the continuous system.</param>
    /// <param name="direction">Which way the sequence is read.</param>
    /// <param name="route">How K is applied.</param>
    public S4D(int heads, int stateSize, Discretize discretize, Direction direction, ISsmRoute route)
        : base(nameof(S4D))
    {
        _direction = direction;
        _route = route;
        _d = new Parameter(ones(heads));
        _kernel = new S4DKernel(heads, stateSize, discretize);
        RegisterComponents();
    }

    /// <summary>The continuous parameters, as they are learned.</summary>
    public S4DKernel Kernel => _kernel;

    /// <summary>Which way it reads.</summary>
    public Direction Direction => _direction;

    /// <summary>The discrete system of now: parameters in double, differentiable.</summary>
    public DiscreteSystem Discretize() => _kernel.Discretize(_d);

    /// <summary>Filters u along l. Inputs of zero (padding) add nothing to any output.</summary>
    /// <param name="u">(l, b, d), d divisible by the number of heads. Position first, the convolution is a matrix product without a copy.</param>
    /// <returns>(l, b, d), in the type of u.</returns>
    public override Tensor forward(Tensor u)
    {
        using var scope = NewDisposeScope();
        (long l, long b, long d) = (u.shape[0], u.shape[1], u.shape[2]);
        int m = _kernel.Heads;
        if (m == 1)
        {
            return Filtered(u.view(1, l, b * d)).view(l, b, d).MoveToOuterDisposeScope();
        }

        Tensor byHead = u.view(l, b, m, d / m).permute(2, 0, 1, 3).reshape(m, l, b * d / m);
        Tensor y = Filtered(byHead).view(m, l, b, d / m).permute(1, 2, 0, 3).reshape(l, b, d);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Tells which of a model's parameter names are of an SSM: A, C, D and Δ, which are trained and stored in their own way.</summary>
    internal static Func<string, bool> NamesIn(nn.Module model)
    {
        string[] ssms = [.. model.named_modules().Where(m => m.module is S4D).Select(m => m.name + ".")];
        return name => Array.Exists(ssms, ssm => name.StartsWith(ssm, StringComparison.Ordinal));
    }

    /// <summary>From now on the parameters stay as they are: the system is laid out once for a length, and kept.</summary>
    public void Freeze()
    {
        _kept?.Dispose();
        _kept = new SsmOperatorCache(Prepared);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _kept?.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Filtered(Tensor u) => _kept is { } kept ? kept.Apply(u) : Prepared(u.shape[1], u.dtype).Apply(u);

    private SsmOperator Prepared(long length, ScalarType type) => _route.Prepare(Discretize(), length, type, _direction);

    /// <summary>Draws new parameters: D = 1 and the kernel's own (paper.md §1).</summary>
    public void Initialize(InitialFrequencies frequencies, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        _d.copy_(ones_like(_d));
        _kernel.Initialize(frequencies, generator);
    }
}

using BiGS.StateSpace;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// One diagonal state-space model (S4D) in one direction: y = K ∗ u + D u. Unlike S4D in S4, all channels of a head share one K, so the
/// convolution is a matrix product. x'(t) = A x(t) + u(t), y(t) = Re(C x(t)) + D u(t), discretised with step Δ (docs/paper.md §1);
/// <see cref="BiGS.StateSpace.StateSpaceModel"/> is the same in plain C#.
/// </summary>
/// <remarks>Checkpoint keys: <c>D</c>, <c>kernel.{C, log_step, A_re, A_im}</c>. With one head, D is (1); with m heads, (m).</remarks>
public sealed class S4D : nn.Module<Tensor, Tensor>, IStateSpaceLayer
{
    private readonly Direction _direction;
    private readonly ISsmRoute _route;

    [ComponentName(Name = "D")]
    private readonly Parameter _d;

    [ComponentName(Name = "kernel")]
    private readonly S4DKernel _kernel;

    private SsmOperatorCache? _cache;

    /// <param name="heads">m: heads; each has one kernel for its d/m channels. 1 in the paper.</param>
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

    /// <summary>Discretises the current parameters, in double, differentiably.</summary>
    public DiscreteSystem Discretize() => _kernel.Discretize(_d);

    /// <summary>Filters u along l. Inputs of zero (padding) add nothing to any output.</summary>
    /// <param name="u">(l, b, d), d divisible by the number of heads. With position first, the product with a Toeplitz matrix needs no copy when m = 1.</param>
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

    /// <inheritdoc/>
    IEnumerable<string> IStateSpaceLayer.SystemParameters => named_parameters().Select(p => p.name);

    /// <summary>Says which of a model's parameters are those of its state-space models.</summary>
    internal static Func<string, bool> NamesIn(nn.Module model) => model.named_modules()
        .Where(m => m.module is IStateSpaceLayer)
        .SelectMany(m => ((IStateSpaceLayer)m.module).SystemParameters, (m, name) => $"{m.name}.{name}")
        .ToHashSet(StringComparer.Ordinal).Contains;

    /// <summary>For inference: prepares the system once per length and keeps it. Later changes of the parameters are ignored until the next call.</summary>
    public void Freeze()
    {
        _cache?.Dispose();
        _cache = new SsmOperatorCache(Prepare);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cache?.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Filtered(Tensor u) => _cache is { } cache ? cache.Apply(u) : Prepare(u.shape[1], u.dtype).Apply(u);

    private SsmOperator Prepare(long length, ScalarType type) => _route.Prepare(Discretize(), length, type, _direction);

    /// <summary>Initialises the parameters: D = 1 and the kernel's own (docs/paper.md §1).</summary>
    public void Initialize(InitialFrequencies frequencies, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        _d.copy_(ones_like(_d));
        _kernel.Initialize(frequencies, generator);
    }
}

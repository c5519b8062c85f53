using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The learned part of K: A (diagonal, complex), C (complex) and log Δ; B ≡ 1 (paper.md §1).
/// A = min(A_re, −1e-4) + i·A_im, so that every state decays.
/// </summary>
/// <remarks>Shapes with one head, as the authors store them: A_re, A_im (N), C (N, 2), log_step (1); with m heads (m, N), (m, N, 2), (m).</remarks>
public sealed class S4DKernel : nn.Module
{
    private const double MaxRealPart = -1e-4;
    private const double SmallestStep = 0.01;
    private const double LargestStep = 1.0;

    private static readonly Scalar MaxRealPartScalar = MaxRealPart;

    private readonly int _stateSize;
    private readonly Discretize _discretize;

    [ComponentName(Name = "A_re")]
    private readonly Parameter _aRe;

    [ComponentName(Name = "A_im")]
    private readonly Parameter _aIm;

    [ComponentName(Name = "C")]
    private readonly Parameter _c;

    [ComponentName(Name = "log_step")]
    private readonly Parameter _logStep;

    public S4DKernel(int heads, int stateSize, Discretize discretize)
        : base(nameof(S4DKernel))
    {
        Heads = heads;
        _stateSize = stateSize;
        _discretize = discretize;
        long[] states = heads == 1 ? [stateSize] : [heads, stateSize];
        _aRe = new Parameter(zeros(states));
        _aIm = new Parameter(zeros(states));
        _c = new Parameter(zeros([.. states, 2]));
        _logStep = new Parameter(zeros(heads));
        RegisterComponents();
    }

    /// <summary>m: the number of kernels.</summary>
    public int Heads { get; }

    /// <summary>
    /// Samples the system. Everything after the learned values is in double: the phase l·Δ·A_im reaches 2·10⁵ radians,
    /// where single precision is off by 1e-4 of K. Gradients come back through the same double arithmetic.
    /// </summary>
    /// <param name="D">(m): the feedthrough that belongs to the system.</param>
    public DiscreteSystem Discretize(Tensor D)
    {
        Tensor A = complex(_aRe.to_type(ScalarType.Float64).clamp_max(MaxRealPartScalar), _aIm.to_type(ScalarType.Float64)).view(Heads, _stateSize);
        Tensor C = view_as_complex(_c.to_type(ScalarType.Float64).view(Heads, _stateSize, 2)); // (m, N)
        Tensor Δ = _logStep.to_type(ScalarType.Float64).exp().view(Heads, 1);
        (Tensor logABar, Tensor BBar) = _discretize(A, Δ);
        return new DiscreteSystem(logABar, BBar, C, D.to_type(ScalarType.Float64));
    }

    internal void Initialize(InitialFrequencies frequencies, Generator generator)
    {
        (Tensor re, Tensor im) = frequencies(_stateSize);
        _aRe.copy_(re.expand_as(_aRe));
        _aIm.copy_(im.expand_as(_aIm));
        _c.copy_(empty(_c.shape, device: CPU).normal_(0, Math.Sqrt(0.5), generator));
        _logStep.copy_(empty(_logStep.shape, device: CPU).uniform_(Math.Log(SmallestStep), Math.Log(LargestStep), generator));
    }
}

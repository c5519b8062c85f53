using BiGS.Configuration;
using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Mixes by state-space models that the text itself sets (Hydra; Hwang, Lahoti, Dao, Gu 2024): what a word writes into the state (B), what it reads of it (C),
/// and how fast the state forgets (Δ) follow from the word and its neighbours.
/// <code>
/// x, B→, C→, B←, C← = silu(conv(X W))      conv: over a word and three on either side, channel by channel
/// Δ = softplus(X W_Δ + b)                  a = exp(−Δ e^A), for each head and direction
/// D = x W_D + 1                            for each head
/// y = shift(SS→(x)) + flip(shift(SS→(flip x))) + D x       one matrix for each head
/// out = LayerNorm(y) W_o
/// </code>
/// </summary>
internal sealed class Hydra : SequenceMixer
{
    private readonly HydraLayer _layer;

    public Hydra(BiGSConfig config) => _layer = new HydraLayer(config.HiddenSize, HydraShape.Of(config), config.LayerNormEps);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, nn.Module Module)> Components => [("hydra", _layer)];

    /// <inheritdoc/>
    public override Tensor Route(Tensor X, PaddingMask? padding) => _layer.forward(X, padding);

    /// <inheritdoc/>
    internal override IReadOnlyList<double[,]> Matrices(Tensor X) => _layer.Matrices(X);

    /// <summary>Floating-point operations of one mixer for a row of L positions.</summary>
    public static double Flops(BiGSConfig config, double length)
    {
        var shape = HydraShape.Of(config);
        double weights = (config.HiddenSize * (double)(shape.Channels + (2 * shape.Heads) + shape.Inner)) + (shape.Inner * shape.Heads) + (HydraShape.Taps * shape.Channels);
        return (2 * length * weights) + QuasiseparableProduct.Flops(length, shape.Heads, shape.HeadWidth, shape.States);
    }
}

/// <summary>The module of <see cref="Hydra"/>. At padding, what goes into the convolution, the values and the logarithms of the decays are zero, so that it changes no answer.</summary>
/// <remarks>Checkpoint keys, the authors' where they have one: <c>in_proj</c> (W)<c>, conv1d, dt_proj</c> (W_Δ, b)<c>, A_log, fc_D</c> (W_D)<c>, LayerNorm, out_proj</c> (W_o).</remarks>
internal sealed class HydraLayer : nn.Module<Tensor, PaddingMask?, Tensor>, IStateSpaceLayer
{
    /// <summary>Fresh steps, in units in which a state of A = 1 decays by e^{−Δ} at a word: memories of 10 to 1,000 words.</summary>
    private const double SmallestStep = 0.001;
    private const double LargestStep = 0.1;

    private readonly HydraShape _shape;

    [ComponentName(Name = "in_proj")]
    private readonly Dense _w;

    [ComponentName(Name = "conv1d")]
    private readonly DepthwiseConvolution _convolution;

    [ComponentName(Name = "dt_proj")]
    private readonly Dense _wDelta;

    [ComponentName(Name = "A_log")]
    private readonly Parameter _a;

    [ComponentName(Name = "fc_D")]
    private readonly Dense _wD;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _layerNorm;

    [ComponentName(Name = "out_proj")]
    private readonly Dense _wo;

    /// <param name="d">The width of the model.</param>
    /// <param name="shape">The widths inside.</param>
    /// <param name="epsilon">Of the norm.</param>
    public HydraLayer(long d, HydraShape shape, double epsilon)
        : base(nameof(HydraLayer))
    {
        _shape = shape;
        _w = new Dense(d, shape.Channels);
        _convolution = new DepthwiseConvolution(shape.Channels, HydraShape.Taps);
        _wDelta = new Dense(d, 2 * shape.Heads);
        _a = new Parameter(zeros(shape.Heads));
        _wD = new Dense(shape.Inner, shape.Heads);
        _layerNorm = nn.LayerNorm(shape.Inner, epsilon);
        _wo = new Dense(shape.Inner, d);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public IEnumerable<string> SystemParameters => ["A_log", "dt_proj.bias", "fc_D.bias"];

    /// <param name="X">(l, b, d).</param>
    /// <param name="padding">Null if the batch has no padding.</param>
    /// <returns>(l, b, d).</returns>
    public override Tensor forward(Tensor X, PaddingMask? padding)
    {
        Tensor y = Mixed(X, padding);
        return _wo.forward(_layerNorm.forward(y.to_type(_a.dtype)).to_type(X.dtype)).transpose(0, 1);
    }

    /// <summary>y, before the norm: (b, l, e).</summary>
    internal Tensor Mixed(Tensor X, PaddingMask? padding)
    {
        (Tensor x, SelectiveInputs forward, SelectiveInputs backward, Tensor D) = Inputs(X, padding);
        return QuasiseparableProduct.Apply(x, forward, backward, D).flatten(2);
    }

    /// <inheritdoc cref="SequenceMixer.Matrices"/>
    internal IReadOnlyList<double[,]> Matrices(Tensor X)
    {
        (_, SelectiveInputs forward, SelectiveInputs backward, Tensor D) = Inputs(X, padding: null);
        return [.. Enumerable.Range(0, _shape.Heads).Select(head =>
        {
            double[] diagonal = [.. D[0].select(1, head).to_type(ScalarType.Float64).cpu().contiguous().data<double>()];
            return new QuasiseparableMatrix(forward.OfFirstRow(head), backward.OfFirstRow(head), diagonal).ToArray();
        })];
    }

    /// <inheritdoc/>
    public void Initialize(InitialFrequencies frequencies, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Tensor step = empty(2 * _shape.Heads, device: CPU).uniform_(Math.Log(SmallestStep), Math.Log(LargestStep), generator).exp();
        _wDelta.get_parameter("bias")!.copy_(step.expm1().log()); // softplus of it is the step
        _a.zero_();
        _wD.get_parameter("bias")!.fill_(1);
        _convolution.Initialize(generator);
    }

    /// <summary>What the text sets: values (b, l, m, p), both directions, and D (b, l, m).</summary>
    internal (Tensor Values, SelectiveInputs Forward, SelectiveInputs Backward, Tensor D) Inputs(Tensor X, PaddingMask? padding)
    {
        (long e, long m, long N) = (_shape.Inner, _shape.Heads, _shape.States);
        Tensor rows = X.transpose(0, 1).contiguous(); // (b, l, d)
        Tensor? text = padding?.PositionMask.transpose(0, 1); // (b, l, 1)
        Tensor Masked(Tensor u) => text is null ? u : u * text.to_type(u.dtype);

        Tensor u = nn.functional.silu(_convolution.forward(Masked(_w.forward(rows)))); // (b, l, e + 4N)
        Tensor x = Masked(u.narrow(2, 0, e));
        Tensor delta = _wDelta.forward(rows.to_type(_a.dtype)).to_type(ScalarType.Float64).neg();
        delta = nn.functional.logsigmoid(delta).neg(); // softplus: (b, l, 2m)
        Tensor logDelta = delta.log();
        Tensor logDecay = Masked(delta * _a.to_type(ScalarType.Float64).exp().neg().repeat(2));

        SelectiveInputs Direction(long n) => new(
            logDecay.narrow(2, n * m, m), logDelta.narrow(2, n * m, m), u.narrow(2, e + (2 * n * N), N), u.narrow(2, e + (2 * n * N) + N, N));
        return (x.unflatten(2, m, -1), Direction(0), Direction(1), _wD.forward(x));
    }
}

/// <summary>A convolution of each channel by itself, over as many positions before as after, in the type of its input.</summary>
/// <remarks>Checkpoint keys: <c>weight</c> (channels, 1, taps), <c>bias</c> (channels).</remarks>
internal sealed class DepthwiseConvolution : nn.Module<Tensor, Tensor>
{
    private readonly long _taps;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    /// <param name="channels">c.</param>
    /// <param name="taps">How many positions it sees, an odd number.</param>
    public DepthwiseConvolution(long channels, long taps)
        : base(nameof(DepthwiseConvolution))
    {
        _taps = taps;
        _weight = new Parameter(zeros(channels, 1, taps));
        _bias = new Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <param name="x">(b, l, c).</param>
    /// <returns>(b, l, c).</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor y = nn.functional.conv1d(
            x.transpose(1, 2), _weight.to_type(x.dtype), _bias.to_type(x.dtype), padding: _taps / 2, groups: _weight.shape[0]);
        return y.transpose(1, 2);
    }

    /// <summary>Uniform within ±1/√taps, as convolutions start in PyTorch.</summary>
    internal void Initialize(Generator generator)
    {
        double bound = 1 / Math.Sqrt(_taps);
        _weight.copy_(empty(_weight.shape, device: CPU).uniform_(-bound, bound, generator));
        _bias.zero_();
    }
}

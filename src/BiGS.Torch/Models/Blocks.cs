using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// One layer, (l, b, d) → (l, b, d), around a mixer, which alone moves information between positions. Position comes first inside the encoder, so that an SSM's matrix
/// multiplies the whole batch in its memory layout. The four models of the paper are two choices:
/// two blocks (<see cref="GatedBlock"/>, <see cref="StackBlock"/>), two mixers (<see cref="TwoSequentialSsm"/>, <see cref="SelfAttention"/>).
/// </summary>
public abstract class Block : nn.Module<Tensor, PaddingMask?, Tensor>
{
    private readonly SequenceMixer _mixer;
    private readonly double _dropout;

    protected Block(string name, BiGSConfig config, SequenceMixer mixer)
        : base(name)
    {
        _mixer = mixer;
        _dropout = config.BlockDropoutProb;
    }

    /// <summary>The type of products and activations inside the block; the residual stream and LayerNorms stay in the precision of the parameters.</summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>The block and the mixer that a configuration names.</summary>
    public static Block Create(BiGSConfig config, ISsmRoute route)
    {
        var mixer = SequenceMixer.Create(config, route);
        return config.Architecture == Architecture.Gated ? new GatedBlock(config, mixer) : new StackBlock(config, mixer);
    }

    /// <param name="x">(l, b, d), single precision.</param>
    /// <param name="padding">Null if the batch has no padding.</param>
    /// <returns>(l, b, d), single precision.</returns>
    public sealed override Tensor forward(Tensor x, PaddingMask? padding)
    {
        using var scope = NewDisposeScope();
        return Compute(x, padding).MoveToOuterDisposeScope();
    }

    /// <summary>Lets a fresh block start as the identity: its last dense layer gives nothing yet, and learns first (Bachlechner et al. 2021 start branches at zero too).</summary>
    internal abstract void StartAtIdentity();

    protected abstract Tensor Compute(Tensor x, PaddingMask? padding);

    /// <inheritdoc cref="SequenceMixer.Matrices"/>
    /// <param name="x">What goes into the block: (l, 1, d).</param>
    internal IReadOnlyList<double[,]> Matrices(Tensor x) => _mixer.Matrices(MixerInput(x));

    /// <summary>What the mixer reads, normalised: (l, b, d), in the type of the products.</summary>
    internal abstract Tensor MixerInput(Tensor x);

    /// <summary>Moves information between positions.</summary>
    protected Tensor Route(Tensor X, PaddingMask? padding) => _mixer.Route(X, padding);

    protected void RegisterMixer()
    {
        RegisterComponents();
        foreach ((string name, nn.Module module) in _mixer.Components)
        {
            register_module(name, module);
        }
    }

    /// <summary>The residual step, in single precision whatever the type of the branch.</summary>
    protected Tensor Residual(Tensor x, Tensor branch) =>
        x.Plus((_dropout > 0 ? nn.functional.dropout(branch, _dropout, training) : branch).to_type(x.dtype));
}

/// <summary>
/// The gated block of BiGS (docs/paper.md §3), 13 d² weights with intermediate size i = 3d:
/// <code>
/// X = LayerNorm(x)   V = gelu(X Wv)   U = gelu(routing(X) Wu)   out = x + (U ⊗ V) Wo
/// </code>
/// ⊗ is the elementwise product. With <c>pre_norm: false</c> (post-norm): LayerNorm(x + f(x)).
/// </summary>
/// <remarks>Checkpoint keys, the authors': <c>LayerNorm, dv</c> (Wv)<c>, dol</c> (Wu)<c>, do</c> (Wo) and the mixer's.</remarks>
public sealed class GatedBlock : Block
{
    private readonly bool _preNorm;
    private readonly Func<Tensor, Tensor> _gelu;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _layerNorm;

    [ComponentName(Name = "dv")]
    private readonly Dense _wv;

    [ComponentName(Name = "dol")]
    private readonly Dense _wu;

    [ComponentName(Name = "do")]
    private readonly Dense _wo;

    public GatedBlock(BiGSConfig config, SequenceMixer mixer)
        : base(nameof(GatedBlock), config, mixer)
    {
        _preNorm = config.PreNorm;
        _gelu = Gelu.Of(config.LayerAct);
        _layerNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEps);
        _wv = new Dense(config.HiddenSize, config.IntermediateSize);
        _wu = new Dense(config.HiddenSize, config.IntermediateSize);
        _wo = new Dense(config.IntermediateSize, config.HiddenSize);
        RegisterMixer();
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, PaddingMask? padding)
    {
        Tensor y = Residual(x, Gated(MixerInput(x), padding));
        return _preNorm ? y : _layerNorm.forward(y);
    }

    /// <inheritdoc/>
    internal override Tensor MixerInput(Tensor x) => (_preNorm ? _layerNorm.forward(x) : x).to_type(ComputeType);

    /// <inheritdoc/>
    internal override void StartAtIdentity() => _wo.Clear();

    private Tensor Gated(Tensor X, PaddingMask? padding)
    {
        Tensor V = _gelu(_wv.forward(X)); // (l, b, i)
        Tensor U = _gelu(_wu.forward(Route(X, padding))); // (l, b, i)
        return _wo.forward(U * V); // (l, b, d)
    }
}

/// <summary>
/// BERT's block (paper.md §3), 12 d² weights with inner size 4d: first x + routing(LayerNorm x), then x + W_out gelu(W_in LayerNorm x).
/// With <c>pre_norm: false</c> each norm stands behind its sum, as in Hugging Face's BERT.
/// </summary>
/// <remarks>Checkpoint keys: <c>LayerNorm, output_LayerNorm, intermediate, output</c> and the mixer's.</remarks>
public sealed class StackBlock : Block
{
    private readonly bool _preNorm;
    private readonly Func<Tensor, Tensor> _gelu;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _layerNorm;

    [ComponentName(Name = "output_LayerNorm")]
    private readonly LayerNorm _outputLayerNorm;

    [ComponentName(Name = "intermediate")]
    private readonly Dense _intermediate;

    [ComponentName(Name = "output")]
    private readonly Dense _output;

    public StackBlock(BiGSConfig config, SequenceMixer mixer)
        : base(nameof(StackBlock), config, mixer)
    {
        _preNorm = config.PreNorm;
        _gelu = Gelu.Of(config.LayerAct);
        _layerNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEps);
        _outputLayerNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEps);
        _intermediate = new Dense(config.HiddenSize, config.IntermediateSize);
        _output = new Dense(config.IntermediateSize, config.HiddenSize);
        RegisterMixer();
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, PaddingMask? padding)
    {
        x = Residual(x, Route(MixerInput(x), padding));
        if (_preNorm)
        {
            return Residual(x, FeedForward(_outputLayerNorm.forward(x)));
        }

        x = _layerNorm.forward(x);
        return _outputLayerNorm.forward(Residual(x, FeedForward(x)));
    }

    /// <inheritdoc/>
    internal override Tensor MixerInput(Tensor x) => (_preNorm ? _layerNorm.forward(x) : x).to_type(ComputeType);

    /// <inheritdoc/>
    /// <remarks>Of its two branches the second; what the mixer adds is small at first.</remarks>
    internal override void StartAtIdentity() => _output.Clear();

    private Tensor FeedForward(Tensor x) => _output.forward(_gelu(_intermediate.forward(x.to_type(ComputeType))));
}

using BiGS.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

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
    protected override Tensor Compute(Tensor x, PaddingMask? padding) => _preNorm
        ? Residual(x, Gated(_layerNorm.forward(x), padding))
        : _layerNorm.forward(Residual(x, Gated(x, padding)));

    private Tensor Gated(Tensor x, PaddingMask? padding)
    {
        Tensor X = x.to_type(ComputeType);
        Tensor V = _gelu(_wv.forward(X)); // (l, b, i)
        Tensor U = _gelu(_wu.forward(Route(X, padding))); // (l, b, i)
        return _wo.forward(U * V); // (l, b, d)
    }
}

using BiGS.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

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
        if (_preNorm)
        {
            x = Residual(x, Route(_layerNorm.forward(x).to_type(ComputeType), padding));
            return Residual(x, FeedForward(_outputLayerNorm.forward(x)));
        }

        x = _layerNorm.forward(Residual(x, Route(x.to_type(ComputeType), padding)));
        return _outputLayerNorm.forward(Residual(x, FeedForward(x)));
    }

    private Tensor FeedForward(Tensor x) => _output.forward(_gelu(_intermediate.forward(x.to_type(ComputeType))));
}

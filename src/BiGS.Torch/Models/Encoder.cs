using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>The layers one after the other; a pre-norm STACK ends with one LayerNorm more, GATED and post-norm do not (paper.md §3).</summary>
internal sealed class Encoder : nn.Module
{
    [ComponentName(Name = "layer")]
    private readonly ModuleList<Block> _layer;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm? _layerNorm;

    public Encoder(BiGSConfig config, ISsmRoute route)
        : base(nameof(Encoder))
    {
        _layer = new ModuleList<Block>([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => Block.Create(config, route))]);
        _layerNorm = config is { Architecture: Architecture.Stack, PreNorm: true }
            ? nn.LayerNorm(config.HiddenSize, config.LayerNormEps)
            : null;
        RegisterComponents();
    }

    public IEnumerable<Block> Layers => _layer;

    /// <summary>Whether blocks are computed again in the backward pass instead of keeping their activations.</summary>
    public bool Recompute { get; set; }

    /// <summary>Called during the backward pass, from the last layer to the first, with the number of each layer whose gradients are ready; null for no call.</summary>
    public Action<int>? LayerGradientsReady { get; set; }

    /// <param name="x">The embeddings: (l, b, d).</param>
    /// <param name="padding">Null where no position is padding.</param>
    /// <param name="hiddenStates">Takes what goes into the first layer and comes out of each: layers + 1 tensors, the last of them the result.</param>
    /// <returns>(l, b, d).</returns>
    public Tensor Forward(Tensor x, PaddingMask? padding, ICollection<Tensor>? hiddenStates = null)
    {
        hiddenStates?.Add(x);
        for (int n = 0; n < _layer.Count; n++)
        {
            if (LayerGradientsReady is { } passed && x.requires_grad)
            {
                int layer = n;
                x = BackwardHook.On(x, () => passed(layer));
            }

            x = Recompute && x.requires_grad ? RecomputedBlock.Of(_layer[n], x, padding) : _layer[n].forward(x, padding);
            if (n == _layer.Count - 1 && _layerNorm is not null)
            {
                x = _layerNorm.forward(x);
            }

            hiddenStates?.Add(x);
        }

        return x;
    }
}

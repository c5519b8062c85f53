using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>The encoder without a head: embeddings, layers and, where a head asks for it, the pooler.</summary>
/// <remarks>Checkpoint keys: <c>embeddings, embeddings_project, encoder.layer.N, pooler.dense</c>.</remarks>
public sealed class BiGSModel : nn.Module
{
    [ComponentName(Name = "embeddings")]
    private readonly Embeddings _embeddings;

    [ComponentName(Name = "embeddings_project")]
    private readonly Dense? _embeddingsProject;

    [ComponentName(Name = "encoder")]
    private readonly Encoder _encoder;

    [ComponentName(Name = "pooler")]
    private readonly Pooler? _pooler;

    public BiGSModel(BiGSConfig config, ISsmRoute route, bool withPooler)
        : base(nameof(BiGSModel))
    {
        _embeddings = new Embeddings(config);
        _embeddingsProject = config.EmbeddingWidth() == config.HiddenSize ? null : new Dense(config.EmbeddingWidth(), config.HiddenSize);
        _encoder = new Encoder(config, route);
        _pooler = withPooler ? new Pooler(config) : null;
        RegisterComponents();
    }

    internal Embeddings Embeddings => _embeddings;

    /// <summary>Null where the head reads the hidden states themselves.</summary>
    internal Pooler? Pooler => _pooler;

    public IEnumerable<Block> Layers => _encoder.Layers;

    /// <summary>Sets the type of the products inside all blocks: Float32, or BFloat16 over fp32 master weights.</summary>
    public void ComputeIn(ScalarType type)
    {
        foreach (Block block in _encoder.Layers)
        {
            block.ComputeType = type;
        }
    }

    /// <summary>Whether blocks are computed again in the backward pass instead of keeping their activations.</summary>
    public bool Recompute
    {
        get => _encoder.Recompute;
        set => _encoder.Recompute = value;
    }

    /// <summary>Called during the backward pass, from the last layer to the first, with the number of each layer whose gradients are ready; null for no call.</summary>
    internal Action<int>? LayerGradientsReady
    {
        get => _encoder.LayerGradientsReady;
        set => _encoder.LayerGradientsReady = value;
    }

    /// <summary>The last hidden states, (b, l, d).</summary>
    /// <param name="input">Ids and mask.</param>
    /// <param name="hiddenStates">Takes all of them, embeddings first: layers + 1 tensors.</param>
    /// <exception cref="ArgumentException">The rows are longer than the position table.</exception>
    public Tensor Encode(ModelInput input, ICollection<Tensor>? hiddenStates = null)
    {
        using var scope = NewDisposeScope();
        PaddingMask? padding = input.AttentionMask is null ? null : new PaddingMask(input.AttentionMask);
        var states = hiddenStates is null ? null : new List<Tensor>();
        Tensor last = _encoder.Forward(Embed(input), padding, states); // (l, b, d)
        foreach (Tensor state in states ?? [])
        {
            hiddenStates!.Add(RowsFirst(state).MoveToOuterDisposeScope());
        }

        return RowsFirst(last).MoveToOuterDisposeScope();
    }

    /// <summary>What goes into the first layer, (b, l, d): every word by itself.</summary>
    /// <exception cref="ArgumentException">The rows are longer than the position table.</exception>
    internal Tensor EmbedWords(ModelInput input)
    {
        using var scope = NewDisposeScope();
        return RowsFirst(Embed(input)).MoveToOuterDisposeScope();
    }

    /// <summary>One vector a row, (b, d).</summary>
    /// <exception cref="InvalidOperationException">The model was built without a pooler.</exception>
    public Tensor Pool(Tensor hiddenStates, Tensor? attentionMask) =>
        (_pooler ?? throw new InvalidOperationException("This model has no pooler: its head reads the hidden states themselves."))
        .forward(hiddenStates, attentionMask);

    /// <summary>(l, b, d).</summary>
    private Tensor Embed(ModelInput input)
    {
        Tensor embedded = _embeddings.forward(input.InputIds, input.TokenTypeIds); // (l, b, e)
        return _embeddingsProject?.forward(embedded) ?? embedded;
    }

    private static Tensor RowsFirst(Tensor states) => states.transpose(0, 1).contiguous(); // (b, l, d)
}

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

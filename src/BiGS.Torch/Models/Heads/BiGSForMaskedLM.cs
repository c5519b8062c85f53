using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// The pretraining model: at every masked position, which word of the vocabulary stood there.
/// Head (paper.md §3): dense d × d (d × e where embeddings are of another width), exact gelu, LayerNorm, a decoder that is the word table itself, plus a bias per word.
/// </summary>
public sealed class BiGSForMaskedLM : HeadedModel
{
    [ComponentName(Name = "cls")]
    private readonly MaskedLmHead _cls;

    public BiGSForMaskedLM(BiGSConfig config, ISsmRoute route)
        : base(nameof(BiGSForMaskedLM), config, route, withPooler: false)
    {
        _cls = new MaskedLmHead(config);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.MaskedLM;

    /// <inheritdoc/>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor logits = _cls.Predictions.Logits(last, Bigs.Embeddings.WordTable); // (b, l, v)
        Tensor? loss = labels?.Labels is { } words
            ? nn.functional.cross_entropy(logits.view(-1, Config.VocabSize), words.view(-1), ignore_index: IgnoredLabel)
            : null;
        return new ModelOutput(Logits(logits), last, Loss: loss);
    }

    /// <summary>
    /// Logits at the masked positions only: with 15 % of the positions asked for, the largest product of the model shrinks to a seventh.
    /// </summary>
    /// <param name="input">Rows of ids.</param>
    /// <param name="positions">(p): flat indices row · l + position.</param>
    /// <returns>(p, v), single precision.</returns>
    public Tensor LogitsAt(ModelInput input, Tensor positions)
    {
        using var scope = NewDisposeScope();
        Tensor last = Bigs.Encode(input); // (b, l, d)
        Tensor masked = last.view(-1, Config.HiddenSize).index_select(0, positions); // (p, d)
        return _cls.Predictions.Logits(masked, Bigs.Embeddings.WordTable).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void ComputeIn(ScalarType type)
    {
        base.ComputeIn(type);
        _cls.Predictions.ComputeType = type;
    }

    /// <inheritdoc/>
    public override void Freeze()
    {
        base.Freeze();
        _cls.Predictions.Freeze(Bigs.Embeddings.WordTable);
    }

    private sealed class MaskedLmHead : nn.Module
    {
        [ComponentName(Name = "predictions")]
        private readonly PredictionHead _predictions;

        public MaskedLmHead(BiGSConfig config)
            : base(nameof(MaskedLmHead))
        {
            _predictions = new PredictionHead(config);
            RegisterComponents();
        }

        public PredictionHead Predictions => _predictions;
    }

    private sealed class PredictionHead : nn.Module
    {
        [ComponentName(Name = "transform")]
        private readonly PredictionTransform _transform;

        [ComponentName(Name = "bias")]
        private readonly Parameter _bias;

        private Tensor? _frozenTable;

        public PredictionHead(BiGSConfig config)
            : base(nameof(PredictionHead))
        {
            _transform = new PredictionTransform(config);
            _bias = new Parameter(zeros(config.VocabSize));
            RegisterComponents();
        }

        /// <summary>The type of the two products; gelu, LayerNorm and logits stay as precise as what is read.</summary>
        public ScalarType? ComputeType { get; set; }

        /// <summary>Keeps the table in the type that it is multiplied in.</summary>
        public void Freeze(Tensor wordTable)
        {
            using var untracked = no_grad();
            _frozenTable?.Dispose();
            _frozenTable = wordTable.detach().to_type(ComputeType ?? wordTable.dtype).DetachFromDisposeScope();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _frozenTable?.Dispose();
            }

            base.Dispose(disposing);
        }

        public Tensor Logits(Tensor hidden, Tensor wordTable)
        {
            using var scope = NewDisposeScope();
            ScalarType type = ComputeType ?? hidden.dtype;
            Tensor transformed = _transform.forward(hidden.to_type(type)).to_type(type);
            Tensor scores = nn.functional.linear(transformed, _frozenTable ?? wordTable.to_type(type)); // (…, v)
            return scores.Plus(_bias).MoveToOuterDisposeScope();
        }
    }

    private sealed class PredictionTransform : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dense")]
        private readonly Dense _dense;

        [ComponentName(Name = "LayerNorm")]
        private readonly LayerNorm _layerNorm;

        public PredictionTransform(BiGSConfig config)
            : base(nameof(PredictionTransform))
        {
            _dense = new Dense(config.HiddenSize, config.EmbeddingWidth());
            _layerNorm = nn.LayerNorm(config.EmbeddingWidth(), config.LayerNormEps);
            RegisterComponents();
        }

        public override Tensor forward(Tensor hidden) => _layerNorm.forward(Gelu.Exact(_dense.forward(hidden)).to_type(_layerNorm.weight!.dtype));
    }
}

using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Pipelines;

/// <summary>Everything that one model can do, its weights in memory once: vectors always, and what its head was trained for. Several threads may use one.</summary>
public sealed class ModelPipelines : IDisposable
{
    private readonly TextModel _model;

    private ModelPipelines(TextModel model)
    {
        _model = model;
        bool Has(string head) => model.Session.Architecture == head && model.Session.HasTrainedHead;
        Embedder = new Embedder(model);
        FillMask = Has(FillMask.Head) ? new FillMask(model, padTo: null) : null;
        Classifier = Has(Classifier.Head) ? new Classifier(model) : null;
        Tagger = Has(Tagger.Head) ? new Tagger(model) : null;
        Answerer = Has(Answerer.Head) ? new Answerer(model) : null;
    }

    /// <summary>The model's shape.</summary>
    public BiGSConfig Config => _model.Config;

    /// <summary>The head, as <c>architectures</c> of config.json names it.</summary>
    public string Architecture => _model.Session.Architecture;

    /// <summary>What the model computes in.</summary>
    public Precision Precision => _model.Session.Precision;

    /// <summary>Tokens of the longest text that the model reads.</summary>
    public int MaxTokens => _model.LongestRow;

    public BertTokenizer Tokenizer => _model.Tokenizer;

    /// <summary>Names of the classes or tags, as config.json has them.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    public Embedder Embedder { get; }

    /// <summary>Null where the head is another, or not trained.</summary>
    public FillMask? FillMask { get; }

    /// <inheritdoc cref="FillMask"/>
    public Classifier? Classifier { get; }

    /// <inheritdoc cref="FillMask"/>
    public Tagger? Tagger { get; }

    /// <inheritdoc cref="FillMask"/>
    public Answerer? Answerer { get; }

    /// <summary>Opens the small English model that ships with BiGS.</summary>
    /// <param name="options">What computes.</param>
    public static ModelPipelines Open(OpenOptions? options = null) => Open(ShippedModel.Folder, options);

    /// <summary>Opens a folder that holds any model and its tokenizer.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static ModelPipelines Open(string folder, OpenOptions? options = null) => new(TextModel.Open(folder, options));

    /// <summary>What each kernel of the model does to an impulse; none where attention routes.</summary>
    /// <param name="length">For how many positions.</param>
    public IReadOnlyList<KernelShape> Kernels(int length) => _model.Session.Kernels(length);

    public void Dispose() => _model.Dispose();
}

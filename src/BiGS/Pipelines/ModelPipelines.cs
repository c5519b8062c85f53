using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>Everything that one model can do, its weights in memory once: vectors always, and what its head was trained for. Several threads may use one.</summary>
public sealed class ModelPipelines : IDisposable
{
    private readonly TextModel _model;

    private ModelPipelines(TextModel model)
    {
        _model = model;
        bool Has(string head) => model.Backend.Architecture == head && model.Backend.HasTrainedHead;
        Embedder = new Embedder(model);
        FillMask = Has(FillMask.Head) ? new FillMask(model, padTo: null) : null;
        Classifier = Has(Classifier.Head) ? new Classifier(model) : null;
        Tagger = Has(Tagger.Head) ? new Tagger(model) : null;
        Answerer = Has(Answerer.Head) ? new Answerer(model) : null;
    }

    /// <summary>The model's shape.</summary>
    public BiGSConfig Config => _model.Config;

    /// <summary>The head, as <c>architectures</c> of config.json names it.</summary>
    public string Architecture => _model.Backend.Architecture;

    /// <summary>Tokens of the longest text that the model reads.</summary>
    public int LongestText => _model.LongestRow;

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

    /// <summary>Opens a folder that holds any model and its tokenizer.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static ModelPipelines Open(
        string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, string? tokenizerFolder = null, Backend backend = Backend.Libtorch) =>
        new(TextModel.Open(folder, how, precision, tokenizerFolder, backend));

    /// <summary>What each kernel of the model does to an impulse; none where attention routes.</summary>
    /// <param name="length">For how many positions.</param>
    public IReadOnlyList<KernelShape> Kernels(int length) => _model.Backend.Kernels(length);

    public void Dispose() => _model.Dispose();
}

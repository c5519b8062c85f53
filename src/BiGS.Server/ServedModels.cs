using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>The models that are loaded, and the one scheduler that they share. The first that can do what a request asks for does it, unless the request names one.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly BatchScheduler _scheduler;

    /// <exception cref="IOException">A folder is not there, or lacks a file.</exception>
    /// <exception cref="InvalidDataException">A folder holds files that do not fit together.</exception>
    public ServedModels(IOptions<BiGSServerOptions> options, ServerMetrics metrics)
    {
        _scheduler = new BatchScheduler(options.Value.MaxBatchTokens, metrics);
        metrics.AddGauge("te_queue_size", "Texts that wait for a batch.", () => _scheduler.QueueLength);
        metrics.AddGauge("process_resident_memory_bytes", "Memory of the process.", () => Environment.WorkingSet);
        var models = new List<ServedModel>();
        All = models;
        try
        {
            foreach ((BiGSModelOptions model, string name) in options.Value.ModelsOrDefault.Zip(options.Value.ModelNames()))
            {
                models.Add(new ServedModel(name, ModelPipelines.Open(model.Folder, model.OpenOptions), _scheduler, options.Value.MaxRequestTokens));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<ServedModel> All { get; }

    public ServedModel First => All[0];

    /// <summary>A model for what any can do.</summary>
    /// <param name="name">What a request calls it; null for the first.</param>
    /// <exception cref="ApiException">There is none of this name.</exception>
    public ServedModel Find(string? name) => name is null ? First : All.FirstOrDefault(model => model.Name == name) ?? throw NotLoaded(name);

    /// <summary>A model for vectors of texts: where none is named, the first that was made to embed, if there is one.</summary>
    /// <inheritdoc cref="Find(string?)"/>
    public ServedModel FindEmbedder(string? name) => (name is null ? All.FirstOrDefault(model => model.Pipelines.Architecture == ModelHeads.Embedding) : null) ?? Find(name);

    /// <summary>Texts that wait to be read.</summary>
    public int Waiting => _scheduler.QueueLength;

    /// <param name="name">What a request calls it; null for any that can.</param>
    /// <param name="can">What it must be able to do.</param>
    /// <param name="does">The same in words: "fills masks".</param>
    /// <param name="head">The head that does it.</param>
    /// <exception cref="ApiException">There is none of this name, or none that can.</exception>
    public ServedModel Find(string? name, Func<ServedModel, bool> can, string does, string head)
    {
        IReadOnlyList<ServedModel> asked = name is null ? All : [Find(name)];
        return asked.FirstOrDefault(can)
            ?? throw ApiException.NotSupported($"{Names(asked)} {(asked.Count == 1 ? "is no model" : "are no models")} that {does}; load a model with a trained {head}");
    }

    /// <summary>Answers what waits, then lets go of the models.</summary>
    public void Dispose()
    {
        _scheduler.Dispose();
        foreach (ServedModel model in All)
        {
            model.Pipelines.Dispose();
        }
    }

    private ApiException NotLoaded(string name) => new(StatusCodes.Status404NotFound, ErrorType.Validation,
        $"the model `{name}` is not loaded; name one of {Names(All)}, or leave `model` out")
    {
        Parameter = "model",
    };

    private static string Names(IEnumerable<ServedModel> models) => string.Join(", ", models.Select(model => $"{model.Name} ({model.Pipelines.Architecture})"));
}

/// <summary>A text with masks, and how many words are wanted for each.</summary>
internal readonly record struct MaskedText(TextRow Row, int Top);

/// <summary>A text with masks, and words whose likelihood there is asked for.</summary>
internal readonly record struct WeighedText(TextRow Row, IReadOnlyList<string> Words);

/// <summary>A model that is loaded, and a queue of the scheduler for each thing that its head can do; null where it cannot.</summary>
internal sealed class ServedModel
{
    /// <summary>Tokens that cost as much as one [MASK]: a score, a softmax and a rank for every word of the vocabulary.</summary>
    private const int TokensPerMask = 32;

    private readonly Lazy<int> _kernelLayers;

    public ServedModel(string name, ModelPipelines pipelines, BatchScheduler scheduler, int maxTokens = int.MaxValue)
    {
        Name = name;
        Pipelines = pipelines;
        MaxInputLength = Math.Min(pipelines.MaxTokens, maxTokens);
        _kernelLayers = new Lazy<int>(() => pipelines.Kernels(1).Select(shape => shape.Layer).Distinct().Count());
        Vectors = scheduler.CreateQueue<TokenizedText, float[]>(rows => pipelines.Embedder.EmbedTokenized(rows, normalize: false));
        TokenVectors = scheduler.CreateQueue<TokenizedText, float[][]>(rows => pipelines.Embedder.EmbedTokens(rows));
        Classes = pipelines.Classifier is { } classifier ? scheduler.CreateQueue<TokenizedText, Classification>(rows => classifier.ClassifyTokenized(rows)) : null;
        Tags = pipelines.Tagger is { } tagger ? scheduler.CreateQueue<TextRow, IReadOnlyList<TaggedWord>>(rows => tagger.TagTokenized(rows)) : null;
        Fills = pipelines.FillMask is { } fillMask
            ? scheduler.CreateQueue<MaskedText, (int Id, double Probability)[][]>(texts => Fill(fillMask, texts))
            : null;
        Weights = pipelines.FillMask is { } weighing
            ? scheduler.CreateQueue<WeighedText, IReadOnlyList<double?[]>>(texts => Weigh(weighing, texts))
            : null;
        Answers = pipelines.Answerer is { } answerer
            ? scheduler.CreateQueue<AnswerWindow, WindowLogits>(windows => answerer.ReadWindows(windows))
            : null;
    }

    /// <summary>What requests call it.</summary>
    public string Name { get; }

    public ModelPipelines Pipelines { get; }

    public BertTokenizer Tokenizer => Pipelines.Tokenizer;

    /// <summary>Tokens of the longest text that it reads.</summary>
    public int MaxInputLength { get; }

    /// <summary>Layers that have kernels to show; looked up once, since a backend may have to read them from the weights.</summary>
    public int KernelLayers => _kernelLayers.Value;

    /// <summary>Means of the hidden states, of whatever length.</summary>
    public BatchQueue<TokenizedText, float[]> Vectors { get; }

    public BatchQueue<TokenizedText, float[][]> TokenVectors { get; }

    public BatchQueue<TokenizedText, Classification>? Classes { get; }

    public BatchQueue<TextRow, IReadOnlyList<TaggedWord>>? Tags { get; }

    /// <summary>Of each text, mask by mask, the likeliest words.</summary>
    public BatchQueue<MaskedText, (int Id, double Probability)[][]>? Fills { get; }

    public BatchQueue<WeighedText, IReadOnlyList<double?[]>>? Weights { get; }

    public BatchQueue<AnswerWindow, WindowLogits>? Answers { get; }

    /// <summary>Whether it is one number that it says of a pair of texts.</summary>
    public bool Ranks => Classes is not null && Pipelines.Config.NumLabels == 1;

    /// <summary>What a text with masks costs to compute, in tokens.</summary>
    public int FillCost(TokenizedText row) => row.Ids.Count + TokensPerMask * Pipelines.FillMask!.MaskPositions(row).Count();

    /// <summary>Computes rows of tokens for a request.</summary>
    /// <exception cref="ApiException">Computing failed.</exception>
    public static Task<TAnswer[]> RunAsync<TAnswer>(BatchQueue<TokenizedText, TAnswer> queue, IReadOnlyList<TokenizedText> rows, HttpContext context) =>
        RunAsync(queue, rows, row => row.Ids.Count, context);

    /// <inheritdoc cref="RunAsync{TAnswer}(BatchQueue{TokenizedText, TAnswer}, IReadOnlyList{TokenizedText}, HttpContext)"/>
    public static async Task<TAnswer[]> RunAsync<TText, TAnswer>(BatchQueue<TText, TAnswer> queue, IReadOnlyList<TText> texts, Func<TText, int> tokens, HttpContext context)
    {
        try
        {
            return await queue.RunAllAsync(texts, tokens, context.Statistics().Batches, context.RequestAborted);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new ApiException(StatusCodes.Status424FailedDependency, ErrorType.Backend, "the model failed to compute the texts; the server's log says where", failure);
        }
    }

    /// <summary>As many words for each text as any of them wants; each takes the first that it asked for.</summary>
    private static (int Id, double Probability)[][][] Fill(FillMask fillMask, IReadOnlyList<MaskedText> texts) =>
    [
        .. fillMask.LikeliestAtMasks([.. texts.Select(text => text.Row)], texts.Max(text => text.Top)).Zip(texts, (masks, text) =>
            masks.Select(words => words[..Math.Min(words.Length, text.Top)]).ToArray()),
    ];

    /// <summary>All words that any text asks for; each takes those that it asked for.</summary>
    private static IReadOnlyList<double?[]>[] Weigh(FillMask fillMask, IReadOnlyList<WeighedText> texts)
    {
        string[] words = [.. texts.SelectMany(text => text.Words).Distinct()];
        return [.. fillMask.TokenizedWordProbabilities([.. texts.Select(text => text.Row)], words).Zip(texts, (masks, text) =>
            (IReadOnlyList<double?[]>)[.. masks.Select(mask => text.Words.Select(word => mask[Array.IndexOf(words, word)]).ToArray())])];
    }
}

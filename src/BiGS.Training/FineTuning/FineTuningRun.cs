using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.SentenceTransformers;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using BiGS.Weights;

namespace BiGS.Training.FineTuning;

/// <summary>All that makes a fine-tuned model what it is.</summary>
/// <param name="Task">Its name, for reports and config.json.</param>
/// <param name="Kind">How its examples are read and scored.</param>
/// <param name="Model">The checkpoint to start from: a pretrained one, or one fine-tuned before (MNLI, for the small tasks).</param>
/// <param name="Tokenizer">The folder of its tokenizer.</param>
/// <param name="Train">Files to learn from.</param>
public sealed record FineTuningRequest(string Task, TaskKind Kind, string Model, string Tokenizer, IReadOnlyList<string> Train)
{
    /// <summary>Which column of the files holds what, to be remembered with the model; none where the task has columns of its own.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Files that epochs are compared on; empty to keep part of the training examples aside.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>Further files to score at the end, each on its own.</summary>
    public IReadOnlyList<string> AdditionalValidation { get; init; } = [];

    /// <summary>The share of the training examples that is kept aside where there is no validation file, drawn class by class; between 0 and 1.</summary>
    public double HoldOut { get; init; } = 0.1;

    /// <summary>Learns from so many of the examples, drawn at random, each class in its share, the same ones whatever the seed; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Tokens of a row; null for the model's positions, at most 512.</summary>
    public int? MaxLength { get; init; }

    /// <summary>How the two texts of a pair are joined in a row.</summary>
    public PairStyle PairStyle { get; init; } = PairStyle.Sep;

    /// <summary>Keeps adapters and head alone, beside the model that they adapt, instead of a merged model.</summary>
    public bool SaveAdaptersSeparately { get; init; }

    /// <summary>Device and route; the precision is that of <see cref="FineTuningOptions.Precision"/>.</summary>
    public TorchOptions Torch { get; init; } = new();

    /// <summary>The recipe: epochs, learning rate and the like.</summary>
    public FineTuningOptions Options { get; init; } = new();
}

/// <summary>What came of fine-tuning.</summary>
/// <param name="Epochs">Each of them.</param>
/// <param name="Best">The epoch that was kept.</param>
/// <param name="BeforeTuning">What the model said before it was tuned, on the validation examples; null where its head was fresh.</param>
/// <param name="Baseline">What answering without reading reaches on the validation examples.</param>
/// <param name="AdditionalScores">The best epoch's scores on the further files, by file name.</param>
/// <param name="TrainCount">Examples learned from.</param>
/// <param name="Warnings">What was fresh, cut or left out.</param>
public sealed record FineTuningResult(
    IReadOnlyList<EpochResult> Epochs, EpochResult Best, Score? BeforeTuning, Score Baseline, IReadOnlyDictionary<string, Score> AdditionalScores, int TrainCount, IReadOnlyList<string> Warnings)
{
    /// <summary>The recipe that it was tuned by, with the learning rate that was chosen.</summary>
    public required FineTuningOptions Options { get; init; }

    /// <summary>What the learning rate is for this model and recipe where none is asked for.</summary>
    public required double SuggestedLearningRate { get; init; }

    /// <summary>The figure that compared epochs.</summary>
    public required string BestMetric { get; init; }

    /// <summary>How far the best epoch's figure is above what answering without reading reaches: the 95 % interval of the difference.</summary>
    public required Interval Gain { get; init; }

    /// <summary>Whether the model is better than answering without reading by more than chance.</summary>
    public bool BeatsBaseline => Gain.Low > 0;

    /// <summary>The validation examples.</summary>
    public required LabelledExamples Validation { get; init; }

    /// <summary>The best epoch's logits for them, sample by sample.</summary>
    public required IReadOnlyList<float[]> Answers { get; init; }

    /// <summary>What an example of each class counted in the loss; none where all counted the same.</summary>
    public IReadOnlyDictionary<string, double> ClassWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>Training examples that were left out, by reason.</summary>
    public IReadOnlyDictionary<string, int> TrainSkipped { get; init; } = new Dictionary<string, int>();
}

/// <summary>From files and a pretrained checkpoint to a fine-tuned one.</summary>
public static class FineTuningRun
{
    private const int LongestDefault = 512;

    /// <summary>Fine-tunes, and leaves the best epoch in a folder that pipelines, evaluation and training open.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="output">The folder; made.</param>
    /// <param name="progress">Reports how far the run is.</param>
    /// <param name="cancellationToken">Stops; the best epoch so far stands.</param>
    /// <exception cref="InvalidDataException">Files, model and task do not fit each other: says where.</exception>
    public static FineTuningResult Run(FineTuningRequest request, string output, IProgress<FineTuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ConfigFile config = CheckpointFolder.ReadConfig(request.Model);
        var sentence = SentenceTransformer.Read(request.Model);
        var rows = RowBuilder.For(
            request.Kind, ModelTokenizer.Open(request.Tokenizer, config.Config), config.Config, sentence, new RowLayout(request.MaxLength, request.PairStyle));
        BertTokenizer tokenizer = rows.Tokenizer;
        IReadOnlyList<string> labels = KnownBefore(config, request.Kind, request.Kind.FindLabels(request.Train));
        TaskExamples examples = TaskExamples.Read(request, labels, rows);
        (LabelledExamples train, LabelledExamples validation) = (examples.Train, examples.Validation);

        TorchOptions torch = request.Torch with { Precision = request.Options.Precision };
        OpenedCheckpoint opened = CheckpointFolder.Open(request.Model, torch with
        {
            Architecture = request.Kind.Architecture,
            Configure = shape => WithDropout(request.Kind.Configure(shape, labels), request.Options.Dropout),
            Seed = request.Options.Seed,
        });
        using HeadedModel model = opened.Model;
        int padId = tokenizer.Vocabulary.PadId;
        using var tuner = new FineTuner(model, request.Options, padId, headIsFresh: opened.NewlyInitialized.Count > 0);
        request.Kind.Prepare(model, request.Options, train);
        string bestMetric = request.Kind.BestMetricOf(validation);
        Score? before = opened.NewlyInitialized.Count > 0 ? null : validation.Score(request.Task, BatchedInference.Logits(model, validation.Samples, padId, progress, cancellationToken));
        ConfigFile saved = opened.File with { Inert = WithLabels(opened.File.Inert, request.Task, labels) };
        IReadOnlyList<float[]> answers = [];
        IReadOnlyList<EpochResult> epochs = tuner.Run(
            request.Task, train, validation, bestMetric,
            (epoch, ofBest) =>
            {
                answers = ofBest;
                Keep(request, output, model, WithFigures(saved, request.Kind.SavedMetrics, epoch.Score));
                tokenizer.Save(output, model.Config.LengthLimit());
                new FineTuningRecord(request.Task) { Columns = request.Columns, PairStyle = request.PairStyle, MaxLength = request.MaxLength }.Save(output);
                if (model is BiGSForEmbedding)
                {
                    SentenceTransformerFiles.CopyFiles(request.Model, output);
                    SentenceTransformerFiles.Complete(output, model.Config);
                }
                else
                {
                    SentenceTransformerFiles.Remove(output);
                }
            },
            progress, cancellationToken);

        using HeadedModel best = CheckpointFolder.Open(output, torch).Model;
        best.Freeze();
        var also = examples.Also.ToDictionary(
            file => file.Key, file => file.Value.Score(request.Task, BatchedInference.Logits(best, file.Value.Samples, padId, progress, cancellationToken)));
        double usualRate = DefaultLearningRate.For(best.Config, request.Options);
        EpochResult[] counted = [.. epochs.Select(epoch => epoch with { Score = epoch.Score with { Skipped = examples.ValidationSkipped } })];
        EpochResult bestEpoch = counted.MaxBy(epoch => epoch.Score.Metrics[bestMetric])!;
        Score withoutReading = validation.Score(request.Task, validation.Baseline(train));
        return new FineTuningResult(
            counted, bestEpoch, before, withoutReading, also, train.Count, [.. opened.Warnings, .. examples.Warnings, .. rows.Warnings])
        {
            Options = request.Options with { LearningRate = request.Options.LearningRate ?? usualRate },
            SuggestedLearningRate = usualRate,
            BestMetric = bestMetric,
            Gain = bestEpoch.Score.DifferenceTo(withoutReading, bestMetric),
            Validation = validation,
            Answers = answers,
            ClassWeights = (model as BiGSForSequenceClassification)?.ClassWeights is { } weights
                ? labels.Zip(weights).ToDictionary(pair => pair.First, pair => (double)pair.Second)
                : new Dictionary<string, double>(),
            TrainSkipped = examples.TrainSkipped,
        };
    }

    /// <summary>
    /// The classes of a model that was tuned before, in its order, where they hold all that training has: its head then goes on from what it knows, also
    /// where some class is missing now. Else the training's.
    /// </summary>
    private static IReadOnlyList<string> KnownBefore(ConfigFile config, TaskKind kind, IReadOnlyList<string> found)
    {
        if (found.Count == 0 || config.Architecture != kind.Architecture || config.Labels is not { } known)
        {
            return found;
        }

        IReadOnlyDictionary<string, int> numbers = ClassLabels.Numbers(known);
        return found.All(label => numbers.ContainsKey(ClassLabels.Key(label))) ? known : found;
    }

    /// <summary>The whole model; of one with adapters the merged one, or the adapters alone.</summary>
    private static void Keep(FineTuningRequest request, string output, HeadedModel model, ConfigFile file)
    {
        if (request.Options.LoraRank is not { } rank)
        {
            CheckpointFolder.Save(output, model, file);
        }
        else if (request.SaveAdaptersSeparately)
        {
            AdapterFolder.Save(output, model, file, request.Model, rank, request.Options.LoraAlpha);
        }
        else
        {
            using HeadedModel merged = model.WithoutAdapters();
            CheckpointFolder.Save(output, merged, file);
        }
    }

    /// <summary>Tokens of a row where nobody says how many.</summary>
    /// <exception cref="ArgumentException">More than the model has positions are asked for.</exception>
    internal static int RowLength(BiGSConfig config, int? asked) =>
        asked > config.MaxPositionEmbeddings && config.PositionEmbeddingType == PositionEmbedding.Absolute
            ? throw new ArgumentException($"rows of {asked} tokens are asked for, but the model has {config.MaxPositionEmbeddings} positions; lower FineTuningRequest.MaxLength or RowLayout.MaxLength, or make a longer model with PositionExtension.Extend")
            : asked ?? Math.Min(config.MaxPositionEmbeddings, LongestDefault);

    private static BiGSConfig WithDropout(BiGSConfig config, double? dropout) => dropout is not { } p ? config : config with
    {
        HiddenDropoutProb = p,
        BlockDropoutProb = p,
        AttentionProbsDropoutProb = p,
        ClassifierDropout = null,
    };

    private static ConfigFile WithFigures(ConfigFile file, IReadOnlyList<string> kept, Score score)
    {
        var inert = file.Inert.ToDictionary(key => key.Key, key => key.Value);
        foreach (string figure in kept.Where(score.Metrics.ContainsKey))
        {
            inert[figure] = score.Metrics[figure];
        }

        return file with { Inert = inert };
    }

    private static Dictionary<string, JsonNode?> WithLabels(IReadOnlyDictionary<string, JsonNode?> inert, string task, IReadOnlyList<string> labels)
    {
        var more = inert.ToDictionary(key => key.Key, key => key.Value);
        more["finetuning_task"] = task;
        if (labels.Count > 0)
        {
            more["id2label"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create($"{i}", (JsonNode?)label)));
            more["label2id"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create(label, (JsonNode?)i)));
        }

        return more;
    }
}

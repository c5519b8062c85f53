using System.Text.Json.Nodes;
using BiGS.Batches;
using BiGS.Checkpoints;
using BiGS.Evaluation;
using BiGS.Models;
using BiGS.Tokenizers;

namespace BiGS.FineTuning;

/// <summary>All that makes a fine-tuned model what it is.</summary>
/// <param name="Task">Its name, for reports and config.json.</param>
/// <param name="Kind">How its examples are read and scored.</param>
/// <param name="Model">The checkpoint to start from: a pretrained one, or one fine-tuned before (MNLI, for the small tasks).</param>
/// <param name="Tokenizer">The folder of its tokenizer.</param>
/// <param name="Train">Files to learn from.</param>
public sealed record FineTuningRequest(string Task, TaskKind Kind, string Model, string Tokenizer, IReadOnlyList<string> Train)
{
    /// <summary>Files that epochs are compared on; empty to keep part of the training examples aside.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>Further files to score at the end, each on its own.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <summary>The share of the training examples that is kept aside where there is no validation file.</summary>
    public double HoldOut { get; init; } = 0.1;

    /// <summary>Learns from the first so many examples; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Tokens of a row; null for the model's positions, at most 512.</summary>
    public int? MaxLength { get; init; }

    public PairStyle PairStyle { get; init; } = PairStyle.Sep;

    /// <summary>Keeps adapters and head alone, beside the model that they adapt, instead of a merged model.</summary>
    public bool AdaptersApart { get; init; }

    public OpenOptions HowToOpen { get; init; } = new();

    public FineTuningOptions Options { get; init; } = new();
}

/// <summary>What came of fine-tuning.</summary>
/// <param name="Epochs">Each of them.</param>
/// <param name="Best">The epoch that was kept.</param>
/// <param name="Before">What the model said before it was tuned, on the validation examples; null where its head was fresh.</param>
/// <param name="WithoutReading">What answering without reading reaches on the validation examples.</param>
/// <param name="Also">The best epoch's scores on the further files, by file name.</param>
/// <param name="TrainCount">Examples learned from.</param>
/// <param name="Warnings">What was fresh, cut or left out.</param>
public sealed record FineTuningResult(
    IReadOnlyList<EpochResult> Epochs, EpochResult Best, Score? Before, Score WithoutReading, IReadOnlyDictionary<string, Score> Also, int TrainCount, IReadOnlyList<string> Warnings);

/// <summary>From files and a pretrained checkpoint to a fine-tuned one.</summary>
public static class FineTuningRun
{
    private const int LongestDefault = 512;

    /// <summary>Fine-tunes, and leaves the best epoch in a folder that every other verb opens.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="output">The folder; made.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <param name="cancel">Stops; the best epoch so far stands.</param>
    /// <exception cref="InvalidDataException">Files, model and task do not fit each other: says where.</exception>
    public static FineTuningResult Run(FineTuningRequest request, string output, IProgress<FineTuningProgress>? progress = null, CancellationToken cancel = default)
    {
        BertTokenizer tokenizer = BertTokenizer.Open(request.Tokenizer);
        ConfigFile config = CheckpointFolder.ReadConfig(request.Model);
        var rows = new RowBuilder(tokenizer, RowLength(config.Config, request.MaxLength), request.PairStyle);
        IReadOnlyList<string> labels = request.Kind.FindLabels(request.Train);
        (LabelledExamples train, LabelledExamples validation) = Examples(request, labels, rows);

        OpenedCheckpoint opened = CheckpointFolder.Open(request.Model, request.HowToOpen with
        {
            Architecture = request.Kind.Architecture,
            Reshape = shape => WithDropout(request.Kind.Shape(shape, labels), request.Options.Dropout),
            Seed = request.Options.Seed,
        });
        using HeadedModel model = opened.Model;
        int padId = tokenizer.Vocabulary.PadId;
        using var tuner = new FineTuner(model, request.Options, padId, headIsFresh: opened.Fresh.Count > 0);
        request.Kind.Prepare(model, request.Options);
        string bestMetric = request.Kind.BestMetricOf(validation);
        Score? before = opened.Fresh.Count > 0 ? null : validation.Score(request.Task, Answering.Logits(model, validation.Samples, padId, progress, cancel));
        ConfigFile saved = opened.File with { Inert = WithLabels(opened.File.Inert, request.Task, labels) };
        IReadOnlyList<EpochResult> epochs = tuner.Run(
            request.Task, train, validation, bestMetric,
            epoch =>
            {
                Keep(request, output, model, WithFigures(saved, request.Kind.KeptFigures, epoch.Score));
                tokenizer.Save(output);
            },
            progress, cancel);

        using HeadedModel best = CheckpointFolder.Open(output, request.HowToOpen).Model;
        best.ComputeIn(request.Options.Precision);
        best.Freeze();
        var also = request.Also.ToDictionary(path => Path.GetFileName(path), path =>
        {
            LabelledExamples examples = request.Kind.Read([path], labels, rows);
            return examples.Score(request.Task, Answering.Logits(best, examples.Samples, padId, progress, cancel));
        });
        return new FineTuningResult(
            epochs, epochs.MaxBy(epoch => epoch.Score.Metrics[bestMetric])!, before,
            validation.Score(request.Task, validation.WithoutReading(train)), also, train.Count, [.. opened.Warnings, .. rows.Warnings]);
    }

    /// <summary>The whole model; of one with adapters the merged one, or the adapters alone.</summary>
    private static void Keep(FineTuningRequest request, string output, HeadedModel model, ConfigFile file)
    {
        if (request.Options.LoraRank is not { } rank)
        {
            CheckpointFolder.Save(output, model, file);
        }
        else if (request.AdaptersApart)
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
    public static int RowLength(BiGSConfig config, int? asked) =>
        asked > config.MaxPositionEmbeddings && config.PositionEmbeddingType == PositionEmbedding.Absolute
            ? throw new ArgumentException($"rows of {asked} tokens are asked for, but the model has {config.MaxPositionEmbeddings} positions; shorten --max-length, or make a longer model with bigs extend")
            : asked ?? Math.Min(config.MaxPositionEmbeddings, LongestDefault);

    private static (LabelledExamples Train, LabelledExamples Validation) Examples(FineTuningRequest request, IReadOnlyList<string> labels, RowBuilder rows)
    {
        LabelledExamples train = request.Kind.ReadTraining(request.Train, labels, rows, request.Limit);
        if (request.Validation.Count > 0)
        {
            return (train, request.Kind.Read(request.Validation, labels, rows));
        }

        // Each example by its own number: neighbours in a file are often alike, and the share is the same in any part of it.
        var random = new CounterRandom((ulong)request.Options.Seed, RandomStream.HeldOutExamples);
        bool IsAside(int i) => random.Unit((ulong)i, 0) < request.HoldOut;
        (LabelledExamples learned, LabelledExamples aside) = (train.Part(i => !IsAside(i)), train.Part(IsAside));
        return learned.Count > 0 && aside.Count > 0
            ? (learned, aside)
            : throw new InvalidDataException($"'{string.Join("', '", request.Train)}': {train.Count} examples are too few to keep {request.HoldOut:P0} of them aside; give a validation file");
    }

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

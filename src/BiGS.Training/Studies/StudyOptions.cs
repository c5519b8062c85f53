using System.Text.Json.Serialization;
using BiGS.Files;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Studies;

/// <summary>A task that every checkpoint of a study is fine-tuned for.</summary>
/// <param name="Name">A row of <see cref="TaskTable"/>, or one of <see cref="GrammarTasks"/>.</param>
/// <param name="Train">The file to learn from.</param>
/// <param name="Validation">The file to be scored on.</param>
/// <param name="IsPair">Two texts, between which others can be put.</param>
internal sealed record StudyTask(string Name, string Train, string Validation, bool IsPair);

/// <summary>All that makes a study what it is; kept as <c>study.json</c> in its folder, so that an interrupted one goes on as it was begun.</summary>
internal sealed record StudyOptions
{
    public const string FileName = "study.json";

    /// <summary>The paper's budgets of 11, 29 and 97 billion tokens (paper.md §4), as shares of the last.</summary>
    public static IReadOnlyList<double> Budgets { get; } = [11.0 / 97, 29.0 / 97, 1];

    /// <summary>One of <see cref="Comparisons.Names"/>.</summary>
    public string Comparison { get; init; } = "paper";

    /// <summary>Text and recipe of every model; its shape gives width and depth.</summary>
    public PretrainingOptions Pretraining { get; init; } = new();

    /// <summary>Each decides weights, order and masks of one run of every model.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2];

    /// <summary>Fine-tuned for; empty on the built-in grammar, which makes its own.</summary>
    public IReadOnlyList<StudyTask> Tasks { get; init; } = [];

    /// <summary>The most examples of a task to learn from; the grammar's own tasks have as many, and at most 750 to be scored on.</summary>
    public int TaskExamples { get; init; } = 1_000;

    public FineTuningOptions FineTuning { get; init; } = new() { LearningRate = 1e-3, BatchSize = 32, Epochs = 2 };

    /// <summary>Minimal pairs, in BLiMP's form; null for none.</summary>
    public string? Blimp { get; init; }

    /// <summary>An agreement set; null for none.</summary>
    public string? Agreement { get; init; }

    /// <summary>The most pairs or questions of each of these sets.</summary>
    public int Questions { get; init; } = 3_000;

    /// <summary>Documents of the built-in grammar whose verbs are asked for.</summary>
    public int GrammarDocuments { get; init; } = 300;

    /// <summary>Lengths of rows, in tokens, whose cost and time are measured.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [128, 512, 1_024, 4_096];

    /// <summary>Whether the text is the built-in grammar, whose truth is known.</summary>
    [JsonIgnore]
    public bool IsGrammar => Pretraining.Corpus.Count == 0;

    /// <summary>The models, in their order.</summary>
    [JsonIgnore]
    public IReadOnlyList<StudyModel> Contestants => Comparisons.Named(Comparison, Pretraining.Model);

    /// <summary>The steps at which checkpoints are kept and measured.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Milestones => [.. Budgets.Select(share => Math.Max(1, (long)Math.Round(share * Pretraining.Training.Steps))).Distinct()];

    /// <exception cref="InvalidDataException">The file is not what a study writes.</exception>
    public static StudyOptions Read(string path) => OptionsFile.Read<StudyOptions>(path, "the options of a study");

    public string ToJson() => OptionsFile.ToJson(this);
}

using System.Text.Json.Serialization;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Studies;

/// <summary>What fine-tuning a checkpoint for a task came to.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Metric">The figure that counts.</param>
/// <param name="Score">On the validation file.</param>
/// <param name="WithoutReading">What answering without reading reaches there.</param>
/// <param name="Distracted">The same with an unrelated text between the two of each pair; null where there are no pairs.</param>
internal sealed record TaskFigures(string Task, string Metric, Score Score, Score WithoutReading, Score? Distracted)
{
    /// <summary>The figure.</summary>
    [JsonIgnore]
    public double Value => Score.Metrics[Metric];
}

/// <summary>Held-out loss of rows longer than those trained on.</summary>
/// <param name="Length">Tokens of a row; the first is what the model was trained at.</param>
/// <param name="Loss">Nats a masked token, on the same text laid out in full rows.</param>
internal sealed record LengthLoss(int Length, double Loss);

/// <summary>All that a study measures of one checkpoint.</summary>
/// <param name="Model">The contestant's key.</param>
/// <param name="Seed">Of its run.</param>
/// <param name="Step">Optimiser steps.</param>
/// <param name="Tokens">Read so far, padding not counted.</param>
/// <param name="Loss">Held-out, in nats a masked token.</param>
/// <param name="Accuracy">Share of held-out masked tokens that the first guess hits.</param>
internal sealed record CheckpointFigures(string Model, int Seed, long Step, long Tokens, double Loss, double Accuracy)
{
    private const string Attractors = "accuracy_attractors_";

    /// <summary>Agreement on the built-in grammar, in detail.</summary>
    public Score? Grammar { get; init; }

    /// <summary>Minimal pairs, by phenomenon.</summary>
    public Score? Blimp { get; init; }

    /// <summary>A published agreement set.</summary>
    public Score? Agreement { get; init; }

    public IReadOnlyList<TaskFigures> Tasks { get; init; } = [];

    /// <summary>Of the last checkpoint.</summary>
    public IReadOnlyList<LengthLoss> Longer { get; init; } = [];

    /// <summary>The share of right verbs with at least one attractor; null where none was asked for.</summary>
    [JsonIgnore]
    public double? AcrossAttractors
    {
        get
        {
            string[] groups = [.. Grammar?.Metrics.Keys.Where(name => name.StartsWith(Attractors, StringComparison.Ordinal) && name != Attractors + "0") ?? []];
            int all = groups.Sum(group => Grammar!.Counts[group]);
            return all > 0 ? groups.Sum(group => Grammar!.Metrics[group] * Grammar.Counts[group]) / all : null;
        }
    }

    /// <summary>The figure of a task; null where it was not fine-tuned for.</summary>
    public double? Value(string task) => Of(task)?.Value;

    /// <summary>The same with an unrelated text between the two of each pair; null where there are no pairs.</summary>
    public double? DistractedValue(string task) => Of(task) is { Distracted: { } distracted } figures ? distracted.Metrics[figures.Metric] : null;

    private TaskFigures? Of(string task) => Tasks.FirstOrDefault(figures => figures.Task == task);
}

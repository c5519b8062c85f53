namespace BiGS.Training;

/// <summary>What a run is doing before it trains.</summary>
/// <param name="Activity">In a few words.</param>
/// <param name="Fraction">How much of it is done; null where nobody knows.</param>
public sealed record PretrainingPhase(string Activity, double? Fraction);

/// <summary>Receives the progress of a run. Every part may be left out.</summary>
public sealed record PretrainingObserver
{
    /// <summary>Before the training: vocabulary, tokens.</summary>
    public IProgress<PretrainingPhase>? Phases { get; init; }

    /// <summary>After every step.</summary>
    public IProgress<TrainingProgress>? Steps { get; init; }

    /// <summary>Once, when the model stands: what will be trained, on what.</summary>
    public IProgress<PretrainingPlan>? Plan { get; init; }

    internal void Report(PretrainingPhase phase) => Phases?.Report(phase);

    internal IProgress<T> Of<T>(Func<T, PretrainingPhase> phase) => new Translated<T>(this, phase);

    /// <summary>Reports at once, on the thread that works.</summary>
    private sealed class Translated<T>(PretrainingObserver observer, Func<T, PretrainingPhase> phase) : IProgress<T>
    {
        public void Report(T value) => observer.Report(phase(value));
    }
}

/// <summary>A run as it is about to start.</summary>
/// <param name="Options">With everything decided that was left to the program.</param>
/// <param name="Parameters">Of the model.</param>
/// <param name="VocabularySize">Words.</param>
/// <param name="TrainRows">Rows of an epoch.</param>
/// <param name="HeldOutRows">Rows that are only scored.</param>
/// <param name="StartStep">Steps that were done before.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="Ranks">Who trains together, in words; null for one process.</param>
/// <param name="Warnings">Checkpoints that were damaged and passed over; a vocabulary that does not know the text.</param>
public sealed record PretrainingPlan(
    PretrainingOptions Options, long Parameters, int VocabularySize, long TrainRows, long HeldOutRows, long StartStep, string Device,
    string? Ranks, IReadOnlyList<string> Warnings);

using System.Text.Json.Serialization;
using BiGS.Inference;

namespace BiGS.Training;

/// <summary>The recipe of a pretraining run; defaults are the authors' (paper.md §4).</summary>
public sealed record TrainingOptions
{
    public long Steps { get; init; } = 100_000;

    /// <summary>Batches whose gradients are added up before a step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The peak of the schedule.</summary>
    public double LearningRate { get; init; } = 6e-4;

    public Optimizer Optimizer { get; init; }

    /// <summary>Muon's μ: how much of the earlier gradients stays in a step's direction.</summary>
    public double Momentum { get; init; } = 0.95;

    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    public long WarmupSteps { get; init; } = 2_000;

    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Of A, C, D and Δ: none, as the authors' comments ask for.</summary>
    public double SsmWeightDecay { get; init; }

    /// <summary>On the learning rate of A, C, D and Δ.</summary>
    public double SsmLearningRateFactor { get; init; } = 1;

    /// <summary>On the learning rate of the word vectors (and position and type vectors): less than 1 where they are good already and layers are fresh.</summary>
    public double EmbeddingLearningRateFactor { get; init; } = 1;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.98;

    public double Epsilon { get; init; } = 1e-6;

    /// <summary>The longest gradient that is let through; null for any.</summary>
    public double? ClipNorm { get; init; }

    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Computes each block once more in the backward pass instead of keeping its activations: less memory, a third more time.</summary>
    public bool Recompute { get; init; }

    /// <summary>Several ranks: each keeps its part of the optimiser's moments instead of all of them. No part of what the run is.</summary>
    [JsonIgnore]
    public bool ShardOptimizer { get; init; }

    /// <summary>Decides the dropout; masks and order have the batches' own.</summary>
    public long Seed { get; init; } = 42;

    public long LogEvery { get; init; } = 50;

    public long EvalEvery { get; init; } = 1_000;

    public long SaveEvery { get; init; } = 1_000;

    /// <summary>Steps after which the held-out text is scored and the weights stay for good, in <c>OUT/step-N</c>.</summary>
    public IReadOnlyList<long> Milestones { get; init; } = [];

    /// <summary>How many of the newest checkpoints stay; the best one stays besides.</summary>
    public int Keep { get; init; } = 2;
}

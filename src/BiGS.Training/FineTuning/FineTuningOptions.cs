using BiGS.Inference;
using BiGS.Torch.Models;

namespace BiGS.Training.FineTuning;

/// <summary>The recipe of fine-tuning; defaults are the paper's (paper.md §5).</summary>
public sealed record FineTuningOptions
{
    public int Epochs { get; init; } = 3;

    public int BatchSize { get; init; } = 16;

    /// <summary>The peak: reached after the warm-up, and from there straight down to 0; null for <see cref="DefaultLearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The share of the steps that the warm-up takes.</summary>
    public double Warmup { get; init; } = 0.1;

    public double WeightDecay { get; init; } = 0.01;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Dropout at the embeddings, behind every block and, with attention, of its weights, while tuning; null for the model's own.</summary>
    public double? Dropout { get; init; }

    /// <summary>τ of a contrastive loss.</summary>
    public double Temperature { get; init; } = ContrastiveLoss.DefaultTemperature;

    /// <summary>How much each class counts in the loss of a classification.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>Leaves A, C, D and Δ of every SSM as they are.</summary>
    public bool FreezeSsm { get; init; }

    /// <summary>Trains the head alone, on hidden states that are computed once.</summary>
    public bool HeadOnly { get; init; }

    /// <summary>Trains the head, and low-rank adapters of this rank beside frozen weights; null to train the weights themselves.</summary>
    public int? LoraRank { get; init; }

    /// <summary>α of the adapters: their change counts α / r.</summary>
    public double LoraAlpha => 2.0 * (LoraRank ?? 0);

    /// <summary>Stops after this many epochs that are no better than the best; null for never.</summary>
    public int? Patience { get; init; }

    /// <summary>Decides the head's first weights, the order and the dropout.</summary>
    public int Seed { get; init; } = 42;

    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Computes blocks again in the backward pass instead of keeping their activations: long texts in little memory.</summary>
    public bool Recompute { get; init; }
}

/// <summary>How much each class counts in the loss of a classification.</summary>
public enum ClassWeighting
{
    /// <summary>Every example counts the same.</summary>
    None,

    /// <summary>Every class counts the same: an example of class c by n / (k n_c), of n examples, k classes that occur, and n_c examples of c.</summary>
    Balanced,
}

/// <summary>How one epoch ended.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean over its steps.</param>
/// <param name="Score">On the validation examples.</param>
/// <param name="Seconds">Training and validation.</param>
public sealed record EpochResult(int Epoch, double Loss, BiGS.Training.Evaluation.Score Score, double Seconds);

/// <summary>How far fine-tuning has come.</summary>
/// <param name="Activity">Encoding, training, validating.</param>
/// <param name="Completed">Steps or batches.</param>
/// <param name="Total">Of so many.</param>
/// <param name="Loss">Of the last step.</param>
public sealed record FineTuningProgress(string Activity, long Completed, long Total, double? Loss = null);

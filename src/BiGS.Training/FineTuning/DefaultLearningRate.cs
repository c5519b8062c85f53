using BiGS.Configuration;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The peak rate of fine-tuning where none is asked for. The paper's 2·10⁻⁵ is for models of BERT-Base's width and more; a narrow model hardly moves at it
/// and stays at the most frequent class. Measured for each (docs/results/small-models.md, "Which learning rate").
/// </summary>
internal static class DefaultLearningRate
{
    /// <summary>The paper's, for all of a model of width 768 or more (paper.md §5).</summary>
    public const double Wide = 2e-5;

    /// <summary>For a head alone, whatever the width: it reads what has been brought to unit size.</summary>
    public const double Head = 3e-3;

    /// <summary>For low-rank adapters and a head.</summary>
    public const double Adapters = 1e-3;

    /// <summary>The most for all of a narrow model.</summary>
    private const double Narrow = 1e-3;

    private const double BaseWidth = 768;
    private const double WidthExponent = 3.7;

    /// <summary>min(10⁻³, 2·10⁻⁵ (768 / d)^3.7) for all of a model of width d below 768; the constants above for the other ways to train.</summary>
    public static double For(BiGSConfig config, FineTuningOptions options) =>
        options.HeadOnly ? Head
        : options.LoraRank is not null ? Adapters
        : config.HiddenSize >= BaseWidth ? Wide
        : Math.Min(Narrow, Wide * Math.Pow(BaseWidth / config.HiddenSize, WidthExponent));
}

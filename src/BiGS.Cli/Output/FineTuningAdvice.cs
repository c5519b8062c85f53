using System.Globalization;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Output;

/// <summary>What to say, and what to try first, where a tuned model is no better than answering without reading.</summary>
internal static class FineTuningAdvice
{
    private const int FewExamples = 30;
    private const int ManyExamples = 300;
    private const int FewEpochs = 3;

    /// <summary>One sentence; null where the model is better by more than chance.</summary>
    public static string? For(FineTuningResult result)
    {
        if (result.BeatsBaseline)
        {
            return null;
        }

        (double own, double baseline) = (result.Best.Score.Metrics[result.BestMetric], result.Baseline.Metrics[result.BestMetric]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(own > baseline ? "not surely" : "no")} better than answering without reading: {result.BestMetric} {100 * own:f1} against {100 * baseline:f1}, a difference of {100 * result.Gain.Low:f1} to {100 * result.Gain.High:f1} (95 %); {FirstThingToTry(result)}");
    }

    private static string FirstThingToTry(FineTuningResult result)
    {
        FineTuningOptions options = result.Options;
        string rate = string.Create(CultureInfo.InvariantCulture, $"try a higher rate first: without --learning-rate it is {result.SuggestedLearningRate:0.##e-0}");
        bool seemsBetter = result.Best.Score.Metrics[result.BestMetric] > result.Baseline.Metrics[result.BestMetric];
        return result.Best.Score.Count < (seemsBetter ? ManyExamples : FewExamples) ? $"{result.Best.Score.Count} validation examples are too few to tell: give more"
            : options.LearningRate < result.SuggestedLearningRate / 2 ? rate
            : options.Epochs < FewEpochs ? $"try more epochs first: --epochs {2 * FewEpochs}"
            : options.HeadOnly ? "try to train all of the model first: leave out --head-only"
            : options.LoraRank is { } rank ? $"try adapters of a higher rank first: --lora {4 * rank}"
            : options.FreezeSsm ? "try to train all of the model first: leave out --freeze-ssm"
            : "try more training examples first, or another --learning-rate";
    }
}

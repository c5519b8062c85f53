using System.Globalization;
using System.Text.Json;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>What fine-tuning came to: the best epoch's figures with their intervals, beside answering without reading; the epochs; the seeds.</summary>
internal sealed class FineTuningReport(string task, IReadOnlyList<FineTuningResult> seeds) : IRenderable
{
    private const int MostWeights = 10;

    private FineTuningResult First => seeds[0];

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var parts = new List<IRenderable>
        {
            new ScoreFigures(
                $"{task}: {First.Best.Score.Count:N0} examples, learned from {First.TrainCount:N0}; best of {First.Epochs.Count} epochs is {First.Best.Epoch}, at a learning rate of {First.Options.LearningRate:0.##e-0}",
                First.Best.Score, First.Baseline),
        };
        if (FineTuningAdvice.For(First) is { } advice)
        {
            parts.Add(new Text(advice, new Style(Color.Yellow)));
        }

        if (First.BeforeTuning is { } before)
        {
            parts.Add(new ScoreFigures($"before: {before.Count:N0} examples", before with { Confusion = null }));
        }

        parts.AddRange(First.AdditionalScores.Select(also => new ScoreFigures($"{also.Key}: {also.Value.Count:N0} examples", also.Value)));
        if (First.ClassWeights.Count > 0)
        {
            KeyValuePair<string, double>[] weights = [.. First.ClassWeights.OrderBy(weight => weight.Value)];
            static string Written(KeyValuePair<string, double> weight) => string.Create(CultureInfo.InvariantCulture, $"{weight.Key} {weight.Value:f2}");
            parts.Add(new Text($"class weights: {(weights.Length > MostWeights ? $"{Written(weights[0])} to {Written(weights[^1])}" : string.Join(", ", weights.Select(Written)))}"));
        }

        parts.Add(Epochs());
        if (seeds.Count > 1)
        {
            parts.Add(Seeds());
        }

        IRenderable rows = new Rows(parts);
        return rows.Render(options, maxWidth);
    }

    /// <summary>The fields of one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        First.Best.Score.Write(json);
        json.WriteNumber("best_epoch", First.Best.Epoch);
        json.WriteNumber("train_count", First.TrainCount);
        json.WriteNumber("learning_rate", First.Options.LearningRate!.Value);
        json.WriteStartObject("without_reading");
        Metrics(json, First.Baseline);
        json.WriteEndObject();
        json.WriteBoolean("beats_baseline", First.BeatsBaseline);
        json.WriteStartArray("gain");
        json.WriteNumberValue(First.Gain.Low);
        json.WriteNumberValue(First.Gain.High);
        json.WriteEndArray();
        if (FineTuningAdvice.For(First) is { } advice)
        {
            json.WriteString("advice", advice);
        }

        Numbers(json, "class_weights", First.ClassWeights);
        Numbers(json, "train_skipped", First.TrainSkipped.ToDictionary(reason => reason.Key, reason => (double)reason.Value));
        if (First.BeforeTuning is { } before)
        {
            json.WriteStartObject("before");
            Metrics(json, before);
            json.WriteEndObject();
        }

        json.WriteStartArray("epochs");
        foreach (EpochResult epoch in First.Epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Epoch);
            json.WriteNumber("loss", epoch.Loss);
            json.WriteNumber("seconds", epoch.Seconds);
            Metrics(json, epoch.Score);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("also");
        foreach ((string file, Score score) in First.AdditionalScores)
        {
            json.WriteStartObject(file);
            score.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("seeds");
        json.WriteNumber("count", seeds.Count);
        foreach (string metric in First.Best.Score.Metrics.Keys)
        {
            (double mean, double deviation) = Spread(metric);
            json.WriteStartObject(metric);
            json.WriteNumber("mean", mean);
            json.WriteNumber("deviation", deviation);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Only where there are any.</summary>
    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, double> numbers)
    {
        if (numbers.Count > 0)
        {
            json.WriteStartObject(name);
            foreach ((string of, double value) in numbers)
            {
                json.WriteNumber(of, value);
            }

            json.WriteEndObject();
        }
    }

    private static void Metrics(Utf8JsonWriter json, Score score)
    {
        foreach ((string name, double value) in score.Metrics)
        {
            json.WriteNumber(name, value);
        }
    }

    private Grid Epochs()
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3).Running();
        foreach (EpochResult epoch in First.Epochs)
        {
            grid.AddRow(
                new Text($"epoch {epoch.Epoch}"),
                new Text($"loss {epoch.Loss:f3}, {string.Join(", ", epoch.Score.Metrics.Select(metric => $"{metric.Key} {100 * metric.Value:f1}"))}, {epoch.Seconds:n0} s", new Style(Color.Grey)));
        }

        return grid;
    }

    private Grid Seeds()
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3).Running();
        foreach (string metric in First.Best.Score.Metrics.Keys)
        {
            (double mean, double deviation) = Spread(metric);
            grid.AddRow(new Text($"{seeds.Count} seeds"), new Text($"{metric} {100 * mean:f1} ± {100 * deviation:f1}"));
        }

        return grid;
    }

    /// <summary>Mean and sample standard deviation over the seeds.</summary>
    private (double Mean, double Deviation) Spread(string metric)
    {
        double[] values = [.. seeds.Select(seed => seed.Best.Score.Metrics[metric])];
        double mean = values.Average();
        return (mean, values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1)));
    }
}

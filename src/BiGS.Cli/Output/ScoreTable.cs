using System.Globalization;
using BiGS.Training.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>Shares of right answers under a title: each with its 95 % interval and the answers that it stands on, and below what was left out.</summary>
internal sealed class ScoreTable(Score score, string title) : IRenderable
{
    private const string Overall = "accuracy";

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3).Fixed(left: 0, right: 3, Justify.Right).Fixed(left: 0, right: 3).Fixed(left: 0, right: 0, Justify.Right);
        var strong = new Style(Color.Teal, decoration: Decoration.Bold);
        var grey = new Style(Color.Grey);
        foreach ((string name, int count) in score.Counts)
        {
            bool answered = score.Metrics.TryGetValue(name, out double value);
            string between = answered && score.Intervals.TryGetValue(name, out Interval interval)
                ? string.Create(CultureInfo.InvariantCulture, $"{100 * interval.Low:f1} to {100 * interval.High:f1}")
                : "";
            grid.AddRow(
                new Text(Readable(name)),
                new Text(answered ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:f1} %") : "–", strong),
                new Text(between, grey),
                new Text(string.Create(CultureInfo.InvariantCulture, $"of {count:N0}"), grey));
        }

        string left = string.Join("", score.Skipped
            .Select(reason => string.Create(CultureInfo.InvariantCulture, $"; left out as {reason.Key.Replace('_', ' ')}: {reason.Value:N0}")));
        IRenderable rows = new Rows(
            new Text(title, new Style(decoration: Decoration.Bold)), grid,
            new Text(string.Create(CultureInfo.InvariantCulture, $"{score.Count:N0} questions; between: 95 % intervals{left}"), grey));
        return rows.Render(options, maxWidth);
    }

    private static string Readable(string metric) => (metric == Overall ? "all" : metric[(Overall.Length + 1)..]).Replace('_', ' ');
}

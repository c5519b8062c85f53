using System.Globalization;
using BiGS.Training.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>The figures of a score, in hundredths, with their 95 % intervals, and beside them what answering without reading reaches; below, what was left out, and the classes.</summary>
internal sealed class ScoreFigures(string title, Score score, Score? withoutReading = null) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3).Fixed(left: 0, right: 3, Justify.Right).Fixed(left: 0, right: 3).Running();
        var strong = new Style(Color.Teal, decoration: Decoration.Bold);
        var grey = new Style(Color.Grey);
        foreach ((string name, double value) in score.Metrics)
        {
            string between = score.Intervals.TryGetValue(name, out Interval interval) ? $"{100 * interval.Low:f1} to {100 * interval.High:f1}" : "";
            string beside = withoutReading is null ? "" : $"{100 * withoutReading.Metrics[name]:f1} without reading";
            grid.AddRow(new Text(name.Replace('_', ' ')), new Text($"{100 * value:f1}", strong), new Text(between, grey), new Text(beside, grey));
        }

        var parts = new List<IRenderable> { new Text(title, new Style(decoration: Decoration.Bold)), grid };
        if (score.Skipped.Count > 0)
        {
            string[] reasons = [.. score.Skipped.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key.Replace('_', ' ')}: {reason.Value:N0}"))];
            parts.Add(new Text($"  left out: {string.Join(", ", reasons)}", grey));
        }

        if (score.Confusion is { } confusion)
        {
            parts.Add(new ClassTable(confusion));
        }

        if (score.PerType.Count > 0)
        {
            parts.Add(PerType(grey));
        }

        parts.AddRange(score.Notes.Select(note => new Text($"  {note.Key} {note.Value}", grey)));
        return ((IRenderable)new Rows(parts)).Render(options, maxWidth);
    }

    /// <summary>A line for each type of entity, or each tag.</summary>
    private Grid PerType(Style grey)
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3).Fixed(left: 0, right: 3, Justify.Right).Fixed(left: 0, right: 3, Justify.Right)
            .Fixed(left: 0, right: 3, Justify.Right).Fixed(left: 0, right: 0, Justify.Right);
        grid.AddRow([.. ((string[])["type", "precision", "recall", "f1", "support"]).Select(name => new Text(name, grey))]);
        foreach ((string type, EntityMatches matches) in score.PerType)
        {
            grid.AddRow(new Text(type), new Text($"{100 * matches.Precision:f1}"), new Text($"{100 * matches.Recall:f1}"), new Text($"{100 * matches.F1:f1}"), new Text($"{matches.True:N0}", grey));
        }

        return grid;
    }
}

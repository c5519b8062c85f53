using System.Globalization;
using BiGS.Training.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>
/// Precision, recall and F1 of each class, and what was predicted for it. Of more than twenty classes the twenty with the lowest F1; where the matrix is
/// wider than the screen, the most frequent confusions instead.
/// </summary>
internal sealed class ClassTable(ConfusionMatrix matrix) : IRenderable
{
    private const int Most = 20;
    private const int MostConfusions = 10;
    private const int WidestLabel = 32;

    private static readonly Style Grey = new(Color.Grey);

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var parts = new List<IRenderable> { Scores() };
        if (matrix.Labels.Count <= Most && Matrix(maxWidth) is { } grid)
        {
            parts.Add(new Text("  predicted, for the examples of each true class (a row):", Grey));
            parts.Add(grid);
        }
        else if (Confusions() is { } most)
        {
            parts.Add(new Text("  most frequent confusions:", Grey));
            parts.Add(most);
        }

        return ((IRenderable)new Rows(parts)).Render(options, maxWidth);
    }

    private static string Short(string label) => LabelTruncation.Of(label, WidestLabel);

    private static string Written(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static Text Percent(double share) => new(string.Create(CultureInfo.InvariantCulture, $"{100 * share:f1}"));

    private Grid Scores()
    {
        Grid grid = new Grid().Fixed(left: 2, right: 3);
        for (int column = 0; column < 4; column++)
        {
            grid.Fixed(left: 0, right: 3, Justify.Right);
        }

        IReadOnlyList<ClassScore> scores = matrix.PerClass;
        bool isPart = scores.Count > Most;
        grid.AddRow(
            new Text(isPart ? $"class (the worst {Most} of {scores.Count})" : "class", Grey), new Text("precision", Grey), new Text("recall", Grey), new Text("f1", Grey), new Text("examples", Grey));
        foreach (ClassScore score in isPart ? scores.Where(score => score.Support > 0).OrderBy(score => score.F1).ThenByDescending(score => score.Support).Take(Most) : scores)
        {
            grid.AddRow(new Text(Short(score.Label)), Percent(score.Precision), Percent(score.Recall), Percent(score.F1), new Text(Written(score.Support)));
        }

        return grid;
    }

    /// <summary>With the labels above the columns, or their numbers where these are too wide; null where even they are.</summary>
    private Grid? Matrix(int maxWidth)
    {
        int classes = matrix.Labels.Count;
        string[] labels = [.. matrix.Labels.Select(Short)];
        string[] numbered = [.. labels.Select((label, i) => $"{i + 1} {label}")];
        string[] numbers = [.. labels.Select((_, i) => $"{i + 1}")];
        return Of(labels, labels) ?? Of(numbered, numbers);

        Grid? Of(string[] rows, string[] columns)
        {
            int[] widths = [.. columns.Select((column, p) => Math.Max(column.Length, Enumerable.Range(0, classes).Max(t => Written(matrix[t, p]).Length)))];
            if (2 + rows.Max(row => row.Length) + 3 + widths.Sum(width => width + 2) > maxWidth)
            {
                return null;
            }

            Grid grid = new Grid().Fixed(left: 2, right: 3);
            for (int p = 0; p < classes; p++)
            {
                grid.Fixed(left: 0, right: 2, Justify.Right);
            }

            grid.AddRow([new Text(""), .. columns.Select(column => new Text(column, Grey))]);
            for (int t = 0; t < classes; t++)
            {
                grid.AddRow([new Text(rows[t]), .. Enumerable.Range(0, classes).Select(p => new Text(Written(matrix[t, p]), t == p ? new Style(Color.Teal, decoration: Decoration.Bold) : Style.Plain))]);
            }

            return grid;
        }
    }

    private Grid? Confusions()
    {
        int classes = matrix.Labels.Count;
        var wrong = Enumerable.Range(0, classes)
            .SelectMany(t => Enumerable.Range(0, classes).Where(p => p != t && matrix[t, p] > 0).Select(p => (Truth: t, Predicted: p, Count: matrix[t, p])))
            .OrderByDescending(cell => cell.Count).Take(MostConfusions).ToArray();
        if (wrong.Length == 0)
        {
            return null;
        }

        Grid grid = new Grid().Fixed(left: 2, right: 3, Justify.Right).Running();
        foreach ((int truth, int predicted, int count) in wrong)
        {
            grid.AddRow(new Text(Written(count)), new Text($"\"{Short(matrix.Labels[truth])}\" taken for \"{Short(matrix.Labels[predicted])}\""));
        }

        return grid;
    }
}

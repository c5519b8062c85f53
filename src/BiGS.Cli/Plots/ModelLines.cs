using BiGS.Training.Studies;
using ScottPlot;

namespace BiGS.Cli.Plots;

/// <summary>A line a model, each with its own marker and grey level as well as its colour, so that a print without colour still tells them apart.</summary>
internal static class ModelLines
{
    private static readonly Color[] Shades =
        [Color.FromHex("#111111"), Color.FromHex("#1b6ca8"), Color.FromHex("#5aa9d6"), Color.FromHex("#b0413e"), Color.FromHex("#e09f5a")];

    /// <summary>The means as a line with markers, and a bar from the lowest seed to the highest.</summary>
    /// <param name="plot">Where to draw.</param>
    /// <param name="index">Of the model: its colour and marker.</param>
    /// <param name="name">In the legend.</param>
    /// <param name="points">Places and figures.</param>
    public static void Add(Plot plot, int index, string name, IReadOnlyList<(double X, SeedSummary Y)> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        Color color = Shades[index % Shades.Length];
        double[] xs = [.. points.Select(point => point.X)];
        double[] ys = [.. points.Select(point => point.Y.Mean)];
        plot.Add.Plottable(new ScottPlot.Plottables.ErrorBar(
            xs, ys, null, null, [.. points.Select(point => point.Y.Mean - point.Y.Low)], [.. points.Select(point => point.Y.High - point.Y.Mean)])
        { Color = color, LineWidth = 1, CapSize = 3 });
        var line = plot.Add.Scatter(xs, ys, color);
        (line.LineWidth, line.MarkerSize, line.MarkerShape) = (1.5f, 8, Picture.Markers[index % Picture.Markers.Count]);
        line.LegendText = name;
    }

    /// <summary>Marks alone.</summary>
    public static void AddMarks(Plot plot, int index, string name, IReadOnlyList<(double X, double Y)> points)
    {
        Color color = Shades[index % Shades.Length];
        var marks = plot.Add.ScatterPoints(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray(), color);
        (marks.MarkerSize, marks.MarkerShape) = (9, Picture.Markers[index % Picture.Markers.Count]);
        marks.LegendText = name;
    }
}

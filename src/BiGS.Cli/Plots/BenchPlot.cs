using BiGS.Cli.Bench;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BiGS.Cli.Plots;

/// <summary>Time per token against length, a line a side, a picture for each piece of work that was timed at several lengths.</summary>
internal static class BenchPlot
{
    /// <summary>Draws the first piece of work; a layer's training where it is among them.</summary>
    /// <exception cref="ArgumentException">The file is neither a .png nor a .svg.</exception>
    public static void Save(IReadOnlyList<BenchResult> results, string file)
    {
        Work work = results.Any(result => result.Work == Work.LayerTrain) ? Work.LayerTrain : results[0].Work;
        using Plot plot = Draw([.. results.Where(result => result.Work == work)], work);
        Picture.Save(plot, file);
    }

    private static Plot Draw(BenchResult[] results, Work work)
    {
        Plot plot = Picture.NewPlot();
        int side = 0;
        foreach (IGrouping<(string Side, string Precision), BenchResult> line in results.GroupBy(result => (result.Subject, result.Precision)))
        {
            BenchResult[] points = [.. line.OrderBy(result => result.Length)];
            var scatter = plot.Add.Scatter(
                points.Select(point => Math.Log2(point.Length)).ToArray(), points.Select(point => Math.Log10(1e6 / point.TokensPerSecond)).ToArray());
            scatter.LegendText = $"{line.Key.Side}, {line.Key.Precision}";
            scatter.MarkerShape = Picture.Markers[side++ % Picture.Markers.Count];
            (scatter.LineWidth, scatter.MarkerSize) = (2, 9);
        }

        int[] lengths = [.. results.Select(result => result.Length).Distinct().Order()];
        plot.Axes.Bottom.TickGenerator = new NumericManual(lengths.Select(length => Math.Log2(length)).ToArray(), lengths.Select(length => $"{length}").ToArray());
        plot.Axes.Left.TickGenerator = new NumericManual(Microseconds().Select(us => Math.Log10(us)).ToArray(), Microseconds().Select(us => $"{us}").ToArray());
        plot.Axes.Margins(horizontal: 0.05, vertical: 0.1);
        plot.XLabel("length (tokens)");
        plot.YLabel("time per token (µs)");
        plot.Title(work switch
        {
            Work.LayerForward => "one layer, forward",
            Work.LayerTrain => "one layer, forward and backward",
            Work.Step => "one training step of 12 layers",
            _ => "12 layers, forward only",
        });
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    private static IEnumerable<double> Microseconds()
    {
        for (double decade = 1; decade < 1e7; decade *= 10)
        {
            foreach (int step in (int[])[1, 2, 3, 5, 7])
            {
                yield return step * decade;
            }
        }
    }
}

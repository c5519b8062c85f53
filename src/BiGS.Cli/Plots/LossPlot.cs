using BiGS.Training;
using ScottPlot;

namespace BiGS.Cli.Plots;

/// <summary>Training loss (lines) and held-out loss (marks) of several runs against the tokens that they read.</summary>
internal static class LossPlot
{
    private const int PixelsWide = 900;
    private const int PixelsHigh = 560;

    /// <exception cref="FileNotFoundException">A folder holds no log.</exception>
    public static void Save(IReadOnlyList<string> runs, string file)
    {
        var plot = new Plot();
        for (int r = 0; r < runs.Count; r++)
        {
            string path = Path.Combine(runs[r], RunLog.FileName);
            LogRow[] rows = File.Exists(path)
                ? [.. RunLog.Read(path)]
                : throw new FileNotFoundException($"{runs[r]}: there is no {RunLog.FileName}; give the folder of a pretraining run.");
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(runs[r])));
            Color color = plot.Add.Palette.GetColor(r);
            LogRow[] steps = [.. rows.Where(row => row.Loss is not null)];
            LogRow[] heldOut = [.. rows.Where(row => row.EvalLoss is not null)];
            if (steps.Length > 0)
            {
                var line = plot.Add.ScatterLine(Millions(steps), [.. steps.Select(row => row.Loss!.Value)], color);
                line.LineWidth = 1;
                line.LegendText = $"{name}, training";
            }

            if (heldOut.Length > 0)
            {
                var marks = plot.Add.ScatterPoints(Millions(heldOut), heldOut.Select(row => row.EvalLoss!.Value).ToArray(), color);
                marks.MarkerShape = Picture.Markers[r % Picture.Markers.Count];
                marks.MarkerSize = 9;
                marks.LegendText = $"{name}, held out";
            }
        }

        plot.XLabel("tokens read (millions)");
        plot.YLabel("loss (nats a masked token)");
        plot.ShowLegend(Alignment.UpperRight);
        Picture.Save(plot, file, PixelsWide, PixelsHigh);
    }

    private static double[] Millions(LogRow[] rows) => [.. rows.Select(row => row.Tokens / 1e6)];
}

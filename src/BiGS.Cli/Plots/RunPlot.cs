using BiGS.Training;
using ScottPlot;

namespace BiGS.Cli.Plots;

/// <summary>What the logs of several runs tell, against the tokens that they read: training loss (lines) and held-out loss (marks), or speed.</summary>
internal static class RunPlot
{
    private const float MarkSize = 9;
    private const float SmallMarkSize = 6;

    /// <returns>Which runs were left out, because their logs hold nothing yet.</returns>
    /// <exception cref="FileNotFoundException">A folder holds no log.</exception>
    /// <exception cref="InvalidDataException">No run has anything to draw, or a log is damaged.</exception>
    /// <exception cref="ArgumentException">A run is named twice.</exception>
    public static IReadOnlyList<string> SaveLosses(IReadOnlyList<string> runs, string file)
    {
        using Plot plot = Picture.NewPlot();
        IReadOnlyList<string> leftOut = Draw(runs, row => row.Loss is not null || row.EvalLoss is not null, (name, rows, r) =>
        {
            Color color = plot.Add.Palette.GetColor(r);
            LogRow[] steps = [.. rows.Where(row => row.Loss is not null)];
            LogRow[] heldOut = [.. rows.Where(row => row.EvalLoss is not null)];
            if (steps.Length > 0)
            {
                var line = plot.Add.Scatter(Millions(steps), steps.Select(row => row.Loss!.Value).ToArray(), color);
                (line.LineWidth, line.MarkerSize, line.LegendText) = (1, steps.Length == 1 ? SmallMarkSize : 0, $"{name}, training"); // a line through one point is not seen
            }

            if (heldOut.Length > 0)
            {
                var marks = plot.Add.ScatterPoints(Millions(heldOut), heldOut.Select(row => row.EvalLoss!.Value).ToArray(), color);
                (marks.MarkerShape, marks.MarkerSize, marks.LegendText) = (Picture.Markers[r % Picture.Markers.Count], MarkSize, $"{name}, held out");
            }
        });
        ScaleTokens(plot);
        plot.YLabel("loss (nats a masked token)");
        plot.ShowLegend(Alignment.UpperRight);
        Picture.Save(plot, file);
        return leftOut;
    }

    /// <summary>Tokens a second, row by row of the logs.</summary>
    /// <inheritdoc cref="SaveLosses"/>
    public static IReadOnlyList<string> SaveThroughput(IReadOnlyList<string> runs, string file)
    {
        using Plot plot = Picture.NewPlot();
        IReadOnlyList<string> leftOut = Draw(runs, row => row.TokensPerSecond is not null, (name, rows, r) =>
        {
            var line = plot.Add.Scatter(Millions(rows), rows.Select(row => row.TokensPerSecond!.Value).ToArray(), plot.Add.Palette.GetColor(r));
            (line.LineWidth, line.MarkerSize, line.MarkerShape, line.LegendText) = (1, SmallMarkSize, Picture.Markers[r % Picture.Markers.Count], name);
        });
        ScaleTokens(plot);
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        plot.YLabel("tokens per second");
        plot.ShowLegend(Alignment.LowerRight);
        Picture.Save(plot, file);
        return leftOut;
    }

    /// <summary>Draws each run that has rows of the wanted kind.</summary>
    private static List<string> Draw(IReadOnlyList<string> runs, Func<LogRow, bool> isWanted, Action<string, LogRow[], int> draw)
    {
        string[] names = RunNames.Of(runs);
        LogRow[][] logs = [.. runs.Select(run => Log(run).Where(isWanted).ToArray())];
        var leftOut = new List<string>();
        for (int r = 0; r < runs.Count; r++)
        {
            if (logs[r].Length > 0)
            {
                draw(names[r], logs[r], r);
            }
            else
            {
                leftOut.Add($"{runs[r]}: {RunLog.FileName} holds nothing to draw yet; the run is left out.");
            }
        }

        return leftOut.Count < runs.Count
            ? leftOut
            : throw new InvalidDataException($"{string.Join(", ", runs)}: {RunLog.FileName} holds nothing to draw yet; wait for the first row of the log.");
    }

    private static IEnumerable<LogRow> Log(string run)
    {
        string path = Path.Combine(run, RunLog.FileName);
        return File.Exists(path) ? RunLog.Read(path)
            : throw new FileNotFoundException(Directory.Exists(run)
                ? $"{run}: there is no {RunLog.FileName}; give the folder of a pretraining run."
                : $"{run}: there is no such folder; give the folder of a pretraining run.");
    }

    /// <summary>Around a single point the axis would reach below zero.</summary>
    private static void ScaleTokens(Plot plot)
    {
        plot.Axes.AutoScale();
        AxisLimits limits = plot.Axes.GetLimits();
        plot.Axes.SetLimitsX(Math.Max(0, limits.Left), limits.Right);
        plot.XLabel("tokens read (millions)");
    }

    private static double[] Millions(LogRow[] rows) => [.. rows.Select(row => row.Tokens / 1e6)];
}

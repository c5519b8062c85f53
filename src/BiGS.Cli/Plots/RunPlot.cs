using BiGS.Training;
using ScottPlot;

namespace BiGS.Cli.Plots;

/// <summary>What the logs of several runs tell, against the tokens that they read: training loss (lines) and held-out loss (marks), or speed.</summary>
internal static class RunPlot
{
    /// <exception cref="FileNotFoundException">A folder holds no log.</exception>
    public static void SaveLosses(IReadOnlyList<string> runs, string file)
    {
        using Plot plot = Picture.NewPlot();
        for (int r = 0; r < runs.Count; r++)
        {
            (string name, LogRow[] rows) = Log(runs[r]);
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
        Picture.Save(plot, file);
    }

    /// <summary>Tokens a second, row by row of the logs.</summary>
    /// <inheritdoc cref="SaveLosses"/>
    public static void SaveThroughput(IReadOnlyList<string> runs, string file)
    {
        using Plot plot = Picture.NewPlot();
        for (int r = 0; r < runs.Count; r++)
        {
            (string name, LogRow[] rows) = Log(runs[r]);
            LogRow[] timed = [.. rows.Where(row => row.TokensPerSecond is not null)];
            var line = plot.Add.Scatter(Millions(timed), [.. timed.Select(row => row.TokensPerSecond!.Value)], plot.Add.Palette.GetColor(r));
            (line.LineWidth, line.MarkerSize, line.MarkerShape, line.LegendText) = (1, 6, Picture.Markers[r % Picture.Markers.Count], name);
        }

        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        plot.XLabel("tokens read (millions)");
        plot.YLabel("tokens per second");
        plot.ShowLegend(Alignment.LowerRight);
        Picture.Save(plot, file);
    }

    /// <summary>The name of a run, and its rows.</summary>
    private static (string Name, LogRow[] Rows) Log(string run)
    {
        string path = Path.Combine(run, RunLog.FileName);
        return (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run))), File.Exists(path)
            ? [.. RunLog.Read(path)]
            : throw new FileNotFoundException($"{run}: there is no {RunLog.FileName}; give the folder of a pretraining run."));
    }

    private static double[] Millions(LogRow[] rows) => [.. rows.Select(row => row.Tokens / 1e6)];
}

using BiGS.Training.Evaluation;
using BiGS.Training.Studies;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BiGS.Cli.Plots;

/// <summary>The pictures of a study, each from its results alone. Bars reach from the lowest seed to the highest.</summary>
internal static class StudyPlots
{
    private const int FewestAnswers = 20;

    /// <summary>Held-out loss at the three budgets.</summary>
    public static Plot Losses(StudyResults results)
    {
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.Add(plot, i, model.Name, [.. ByBudget(results, model.Key)
            .Select(budget => (budget.Average(c => c.Tokens / 1e6), SeedSummary.FromFigures(budget.Select(c => (double?)c.Loss))!.Value))]));
        plot.XLabel("tokens read (millions)");
        return Finished(plot, "held-out loss (nats)");
    }

    /// <summary>Agreement by the groups of one kind: attractors, or words between.</summary>
    /// <param name="results">Of a study on the built-in grammar.</param>
    /// <param name="prefix">Of the groups' names: <c>accuracy_attractors_</c>, <c>accuracy_distance_</c>.</param>
    /// <param name="label">Of the axis.</param>
    public static Plot Agreement(StudyResults results, string prefix, string label)
    {
        string[] groups = [.. Groups(results, prefix)];
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.Add(plot, i, model.Name, [.. groups
            .Select((group, x) => ((double)x, Spread: results.Summarize(model.Key, c => Percent(Asked(c), prefix + group))))
            .Where(point => point.Spread is not null).Select(point => (point.Item1, point.Spread!.Value))]));
        plot.Axes.Bottom.TickGenerator = Ticks(groups.Select(group => group.Replace("_or_more", "+", StringComparison.Ordinal)));
        plot.XLabel(label);
        Chance(plot, 50);
        return Finished(plot, "right number (%)");
    }

    /// <summary>Held-out loss against what fine-tuning makes of it: does an equal loss transfer equally?</summary>
    public static Plot Transfer(StudyResults results, string task)
    {
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.AddMarks(plot, i, model.Name, [.. results.Checkpoints
            .Where(c => c.Model == model.Key && c.Value(task) is not null).Select(c => (c.Loss, 100 * c.Value(task)!.Value))]));
        plot.XLabel("held-out loss (nats)");
        TaskFigures any = results.Checkpoints.SelectMany(c => c.Tasks).First(figures => figures.Task == task);
        Chance(plot, 100 * any.WithoutReading.Metrics[any.Metric]);
        return Finished(plot, $"{task} (%)");
    }

    /// <summary>A pair task as it is, and with an unrelated text between the two.</summary>
    public static Plot Distraction(StudyResults results, string task)
    {
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.Add(plot, i, model.Name, [.. ((Func<CheckpointFigures, double?>[])
            [c => 100 * c.Value(task), c => 100 * c.DistractedValue(task)])
            .Select((figure, x) => (x + ((i - ((results.Models.Count - 1) / 2.0)) * 0.06), results.Summarize(model.Key, figure)!.Value))]));
        plot.Axes.Bottom.TickGenerator = Ticks(["as it is", "one unrelated text between"]);
        plot.Axes.SetLimitsX(-0.4, 1.4);
        return Finished(plot, $"{task} (%)");
    }

    /// <summary>Two models by kind of question, with the 95 % intervals of their answers, all seeds together.</summary>
    public static Plot ByPhenomenon(StudyResults results, string one, string other, Func<CheckpointFigures, Score?> score, string prefix)
    {
        string[] groups = [.. results.Checkpoints.Select(score).OfType<Score>().SelectMany(s => s.Metrics.Keys)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name.StartsWith("accuracy_field_", StringComparison.Ordinal)).Distinct()];
        Plot plot = Picture.NewPlot();
        string[] models = [one, other];
        for (int m = 0; m < models.Length; m++)
        {
            int index = results.Models.ToList().FindIndex(model => model.Key == models[m]);
            (double X, double Y, Interval Interval)[] points = [.. groups.Select((group, g) => (group, g)).SelectMany(at => Together(results.Last(models[m]).Select(score).OfType<Score>(), at.group) is var (right, count) && count > 0
                ? new[] { (100.0 * right / count, groups.Length - 1 - at.g + (m == 0 ? 0.14 : -0.14), Interval.ForProportion(right, count)) }
                : [])];
            plot.Add.Plottable(new ScottPlot.Plottables.ErrorBar(
                [.. points.Select(p => p.X)], [.. points.Select(p => p.Y)],
                [.. points.Select(p => p.X - (100 * p.Interval.Low))], [.. points.Select(p => (100 * p.Interval.High) - p.X)], null, null)
            { Color = Colors.Gray, LineWidth = 1, CapSize = 3 });
            ModelLines.AddMarks(plot, index, results.Models[index].Name, [.. points.Select(p => (p.X, p.Y))]);
        }

        plot.Axes.Left.TickGenerator = new NumericManual(
            groups.Select((_, g) => (double)(groups.Length - 1 - g)).ToArray(), groups.Select(group => group[prefix.Length..].Replace('_', ' ')).ToArray());
        plot.Axes.SetLimitsY(-0.7, groups.Length - 0.3);
        plot.XLabel("right (%)");
        plot.ShowLegend(Edge.Bottom);
        return plot;
    }

    /// <summary>A figure of each length, both axes by powers: operations or time of one row.</summary>
    public static Plot Costs(StudyResults results, Func<RowCost, double> figure, string label)
    {
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.Add(plot, i, model.Name, [.. model.Costs
            .Select(cost => (Math.Log2(cost.Length), SeedSummary.FromFigures([Math.Log10(figure(cost))])!.Value))]));
        int[] lengths = [.. results.Options.Lengths];
        plot.Axes.Bottom.TickGenerator = new NumericManual(lengths.Select(length => Math.Log2(length)).ToArray(), lengths.Select(length => $"{length}").ToArray());
        plot.Axes.Left.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = power => power is >= 0 and < 4 ? $"{Math.Pow(10, power):0}" : $"1e{power:0}",
            MinorTickGenerator = new LogMinorTickGenerator(),
        };
        plot.XLabel("tokens of a row");
        return Finished(plot, label);
    }

    /// <summary>Held-out loss in rows longer than those of training.</summary>
    public static Plot Longer(StudyResults results)
    {
        int[] lengths = [.. results.Checkpoints.SelectMany(c => c.Longer).Select(longer => longer.Length).Distinct().Order()];
        Plot plot = Picture.NewPlot();
        ForEachModel(results, (model, i) => ModelLines.Add(plot, i, model.Name, [.. lengths
            .Select((length, x) => ((double)x, results.Summarize(model.Key, c => c.Longer.FirstOrDefault(l => l.Length == length)?.Loss)!.Value))]));
        plot.Axes.Bottom.TickGenerator = Ticks(lengths.Select(length => $"{length}"));
        plot.XLabel($"tokens of a row (trained at {lengths[0]})");
        return Finished(plot, "held-out loss (nats)");
    }

    /// <summary>The groups of a kind that occur often enough to tell something, in their order.</summary>
    public static IEnumerable<string> Groups(StudyResults results, string prefix) => results.Checkpoints
        .Select(Asked).OfType<Score>().SelectMany(score => score.Metrics.Keys)
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && Asked(results.Checkpoints[0])!.Counts[name] >= FewestAnswers)
        .Select(name => name[prefix.Length..]).Distinct()
        .OrderBy(name => int.Parse(name.Split('_')[0], System.Globalization.CultureInfo.InvariantCulture));

    private static Score? Asked(CheckpointFigures checkpoint) => checkpoint.Grammar ?? checkpoint.Agreement;

    private static double? Percent(Score? score, string name) => score is not null && score.Metrics.TryGetValue(name, out double share) ? 100 * share : null;

    private static (int Right, int Count) Together(IEnumerable<Score> scores, string group) => scores
        .Where(score => score.Metrics.ContainsKey(group))
        .Aggregate((0, 0), (sum, score) => (sum.Item1 + (int)Math.Round(score.Metrics[group] * score.Counts[group]), sum.Item2 + score.Counts[group]));

    private static IEnumerable<IGrouping<long, CheckpointFigures>> ByBudget(StudyResults results, string model) =>
        results.Checkpoints.Where(c => c.Model == model).GroupBy(c => c.Step).OrderBy(budget => budget.Key);

    private static void ForEachModel(StudyResults results, Action<ModelFigures, int> draw)
    {
        for (int i = 0; i < results.Models.Count; i++)
        {
            draw(results.Models[i], i);
        }
    }

    private static NumericManual Ticks(IEnumerable<string> labels)
    {
        string[] all = [.. labels];
        return new NumericManual([.. Enumerable.Range(0, all.Length).Select(x => (double)x)], all);
    }

    private static void Chance(Plot plot, double percent)
    {
        var line = plot.Add.HorizontalLine(percent, 1, Colors.Gray, LinePattern.Dotted);
        line.LegendText = "without reading";
    }

    private static Plot Finished(Plot plot, string label)
    {
        plot.YLabel(label);
        plot.ShowLegend(Edge.Bottom);
        return plot;
    }
}

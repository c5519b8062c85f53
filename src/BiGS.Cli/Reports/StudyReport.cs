using System.Globalization;
using System.Net;
using System.Text;
using BiGS.Cli.Plots;
using BiGS.Training.Studies;
using ScottPlot;

namespace BiGS.Cli.Reports;

/// <summary>A study as one page that needs nothing else: the finding first, then a table, then the pictures, each with what it shows.</summary>
internal static class StudyReport
{
    public const string FileName = "report.html";

    private const int PanelWide = 640;
    private const int PanelHigh = 460;

    private const string Style = """
        :root { color-scheme: light; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1.5rem; color: #1a1a1a; background: #fff; }
        h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin: 0 0 .3rem; }
        p.lead { font-size: 1.05rem; max-width: 60rem; } p.how, figcaption { color: #555; }
        .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(38rem, 100%), 1fr)); gap: 2rem; }
        figure { margin: 0; } figure svg { width: 100%; height: auto; } figure svg text { font-family: system-ui, sans-serif; } figcaption { font-size: .9rem; }
        .table { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0 2rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .9rem .3rem 0; text-align: right; vertical-align: bottom; border-bottom: 1px solid #ddd; } td { white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
        """;

    public static string Html(StudyResults results)
    {
        StudyOptions options = results.Options;
        string text = options.IsGrammar ? "the built-in grammar" : string.Join(", ", options.Pretraining.Corpus.Select(path => Path.GetFileName(path)));
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            + $"<title>BiGS study: {Safe(options.Comparison)}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Safe(Title(options.Comparison))}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"how\">{options.Contestants.Count} models on {Safe(text)}: the same text, order and masks for all, {options.Pretraining.Training.Steps:N0} steps of "
            + $"{options.Pretraining.BatchSize * options.Pretraining.Training.Accumulate} rows of {options.Pretraining.MaxLength} tokens, seeds {string.Join(", ", options.Seeds)}; "
            + $"checkpoints after {string.Join(", ", options.Milestones.Select(step => step.ToString("N0", CultureInfo.InvariantCulture)))} steps. In brackets and as bars: the lowest and the highest seed.</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{Safe(StudyFindings.Of(results))}</p>\n");
        page.Append(Table(results));
        page.Append("<div class=\"panels\">\n");
        foreach (Panel panel in Panels(results))
        {
            using (panel.Plot)
            {
                page.Append(CultureInfo.InvariantCulture,
                    $"<figure><h2>{Safe(panel.Title)}</h2>{Picture.Svg(panel.Plot, panel.Wide, panel.High)}<figcaption>{Safe(panel.Caption)}</figcaption></figure>\n");
            }
        }

        page.Append("</div>\n</body></html>\n");
        return page.ToString();
    }

    private static string Title(string comparison) => comparison switch
    {
        "paper" => "Block × routing under one budget",
        "kernels" => "One kernel or eight",
        "positions" => "With and without positions",
        "merges" => "Three ways to merge two directions",
        "mixers" => "Kernels, matrices that the text sets, and attention",
        _ => comparison,
    };

    private static string Table(StudyResults results)
    {
        string[] tasks = [.. results.Tasks];
        var columns = new List<(string Name, Func<ModelFigures, string> Cell)>
        {
            ("model", model => Safe(model.Name)),
            ("parameters", model => (model.Parameters / 1e6).ToString("f2", CultureInfo.InvariantCulture) + " M"),
            ("of the layers", model => (model.LayerParameters / 1e6).ToString("f2", CultureInfo.InvariantCulture) + " M"),
            ("held-out loss", model => Cell(results, model, c => c.Loss, 3)),
            ("masked words right, %", model => Cell(results, model, c => 100 * c.Accuracy, 1)),
        };
        if (results.Options.IsGrammar)
        {
            columns.Add(("verbs right, %", model => Cell(results, model, c => 100 * c.Grammar?.Metrics["accuracy"], 1)));
            columns.Add(("across attractors, %", model => Cell(results, model, c => 100 * c.AcrossAttractors, 1)));
        }

        if (results.Options.Blimp is not null)
        {
            columns.Add(("BLiMP, %", model => Cell(results, model, c => 100 * c.Blimp?.Metrics["accuracy"], 1)));
        }

        columns.AddRange(tasks.Select(task => ($"{Safe(task)}, %", (Func<ModelFigures, string>)(model => Cell(results, model, c => 100 * c.Value(task), 1)))));
        string head = string.Concat(columns.Select(column => $"<th>{column.Name}</th>"));
        string rows = string.Concat(results.Models.Select(model => $"<tr>{string.Concat(columns.Select(column => $"<td>{column.Cell(model)}</td>"))}</tr>\n"));
        return $"<div class=\"table\"><table><tr>{head}</tr>\n{rows}</table></div>\n";
    }

    private static string Cell(StudyResults results, ModelFigures model, Func<CheckpointFigures, double?> figure, int digits) =>
        results.Summarize(model.Key, figure) is { } spread ? StudyFindings.Number(spread, digits) : "–";

    private sealed record Panel(string Title, string Caption, Plot Plot, int Wide = PanelWide, int High = PanelHigh);

    private static IEnumerable<Panel> Panels(StudyResults results)
    {
        StudyOptions options = results.Options;
        yield return new("Loss", "Held-out loss at the three budgets, 1 : 2.6 : 8.8, as the paper's 11, 29 and 97 billion tokens.", StudyPlots.Losses(results));
        foreach ((string kind, string label, string title) in (IEnumerable<(string, string, string)>)
            [("accuracy_attractors_", "attractors", "Agreement by attractors"), ("accuracy_distance_", "words between subject and verb", "Agreement by distance")])
        {
            if (StudyPlots.Groups(results, kind).Any())
            {
                yield return new(title, "The verb is hidden, and its two forms compete. Nouns of the other number in between lead astray whoever looks at the nearest.",
                    StudyPlots.Agreement(results, kind, label));
            }
        }

        foreach (string task in results.Tasks)
        {
            yield return new($"Transfer: {task}", "Each mark is a checkpoint of one seed, fine-tuned. Marks of one model to the lower left of another's: an equal loss that transfers worse.",
                StudyPlots.Transfer(results, task));
            if (results.Checkpoints.Any(c => c.DistractedValue(task) is not null))
            {
                yield return new($"Distraction: {task}", "The same examples with an unrelated text put between the two of each pair; nothing was fine-tuned with it.",
                    StudyPlots.Distraction(results, task));
            }
        }

        (string mine, string other) = (results.Models[0].Key, (results.Models.FirstOrDefault(model => model.Key == "stack-attention") ?? results.Models[^1]).Key);
        if (options.IsGrammar)
        {
            yield return new("Agreement by construction", "All seeds together; bars are 95 % intervals.", StudyPlots.ByPhenomenon(results, mine, other, c => c.Grammar, "accuracy_construction_"), PanelWide, 600);
        }

        if (options.Blimp is not null)
        {
            yield return new("BLiMP by phenomenon", "All seeds together; bars are 95 % intervals.", StudyPlots.ByPhenomenon(results, mine, other, c => c.Blimp, "accuracy_"), PanelWide, 900);
        }

        yield return new("Longer rows than those of training", "Held-out text in full rows; a table of positions is repeated, and nothing is trained further.", StudyPlots.Longer(results));
        yield return new("Operations", "Of the layers, for one row; SSMs by FFT, as the paper counts.", StudyPlots.Costs(results, cost => cost.Flops, "floating-point operations"));
        yield return new("Time", "Of one row, forward, on the machine of this study, by the route that is fastest there.",
            StudyPlots.Costs(results, cost => 1e3 * cost.Seconds!.Value, "milliseconds"));
        foreach (ModelFigures model in results.Models.Where(model => model.Kernels.Count > 0))
        {
            (Plot plot, int wide, int high) = KernelPlot.Map(model.Kernels, model.Name);
            yield return new($"Kernels: {model.Name}", "What each layer takes from the words before and behind a word, after the first seed's run.", plot, wide, high);
        }
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}

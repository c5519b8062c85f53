using System.Globalization;
using BiGS.Training.Studies;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>The ends of a study's runs, a row a model; means over the seeds.</summary>
internal sealed class StudyTable(StudyResults results) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        string[] tasks = [.. results.Tasks];
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("model");
        foreach (string column in (string[])["parameters", "loss", "accuracy", .. results.Options.IsGrammar ? ["verbs", "across attractors"] : Array.Empty<string>(), .. tasks])
        {
            table.AddColumn(new TableColumn(new Text(column)).RightAligned());
        }

        foreach (ModelFigures model in results.Models)
        {
            List<string> cells =
            [
                model.Name, (model.Parameters / 1e6).ToString("f2", CultureInfo.InvariantCulture) + " M",
                Mean(model, c => c.Loss, "f3"), Mean(model, c => 100 * c.Accuracy, "f1", " %"),
            ];
            if (results.Options.IsGrammar)
            {
                cells.Add(Mean(model, c => 100 * c.Grammar?.Metrics["accuracy"], "f1", " %"));
                cells.Add(Mean(model, c => 100 * c.AcrossAttractors, "f1", " %"));
            }

            cells.AddRange(tasks.Select(task => Mean(model, c => 100 * c.Value(task), "f1", " %")));
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        return ((IRenderable)table).Render(options, maxWidth);
    }

    private string Mean(ModelFigures model, Func<CheckpointFigures, double?> figure, string format, string unit = "") =>
        results.Summarize(model.Key, figure) is { } spread ? spread.Mean.ToString(format, CultureInfo.InvariantCulture) + unit : "–";
}

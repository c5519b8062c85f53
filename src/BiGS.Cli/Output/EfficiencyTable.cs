using System.Globalization;
using BiGS.Configuration;
using BiGS.Training.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>What a row costs, a line for each length.</summary>
internal sealed class EfficiencyTable(BiGSConfig config, long parameters, long ofLayers, IReadOnlyList<RowCost> costs) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        bool hasRoutes = config.Routing == Routing.Ssm;
        var table = new Table().Border(TableBorder.Simple);
        foreach (string name in (string[])["length", "FLOPs", .. hasRoutes ? (string[])["by our route"] : [], "ms", "tokens/s"])
        {
            table.AddColumn(new TableColumn(name) { Alignment = Justify.Right, NoWrap = true });
        }

        foreach (RowCost cost in costs)
        {
            string[] routed = hasRoutes ? [Exponential(cost.RouteFlops)] : [];
            string[] timed = cost.Seconds is double seconds
                ? [string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:n1}"), string.Create(CultureInfo.InvariantCulture, $"{cost.Length / seconds:n0}")]
                : ["–", "–"];
            table.AddRow([string.Create(CultureInfo.InvariantCulture, $"{cost.Length:N0}"), Exponential(cost.Flops), .. routed, .. timed]);
        }

        string positions = costs.Any(cost => cost.Seconds is null)
            ? string.Create(CultureInfo.InvariantCulture, $"; not timed beyond the model's {config.MaxPositionEmbeddings:N0} positions")
            : "";
        string counted = hasRoutes ? ", SSMs by FFT as the paper counts" : "";
        IRenderable rows = new Rows(
            new Text(string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e6:n2} M parameters, {ofLayers / 1e6:n2} M of them in the layers"), new Style(decoration: Decoration.Bold)),
            table,
            new Text($"of one row, layers only{counted}{positions}", new Style(Color.Grey)));
        return rows.Render(options, maxWidth);
    }

    private static string Exponential(double flops) => flops.ToString("0.0e0", CultureInfo.InvariantCulture);
}

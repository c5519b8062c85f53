using BiGS.Cli.Bench;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Console;

/// <summary>The figures of a bench, a block for each piece of work and length; ratios are times over the floor's and ours over each.</summary>
internal sealed class BenchTable(IReadOnlyList<BenchResult> results, Func<Work, string> nameOf) : IRenderable
{
    private const double Gigabyte = 1L << 30;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 60), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("what");
        foreach (string name in (string[])["length", "side", "ms", "tokens/s", "of the floor", "ours is faster", "peak GiB"])
        {
            table.AddColumn(new TableColumn(name) { Alignment = name == "side" ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (IGrouping<(Work Work, int Length), BenchResult> round in results.GroupBy(result => (result.Work, result.Length)))
        {
            BenchResult? floor = round.FirstOrDefault(result => result.Side == "floor");
            BenchResult? ours = round.FirstOrDefault(result => result.Side == "ours");
            foreach (BenchResult result in round)
            {
                table.AddRow(
                    nameOf(result.Work),
                    $"{result.Length} × {result.Batch}",
                    $"{result.Side} {result.Precision}",
                    $"{1e3 * result.Seconds:n1}",
                    $"{result.TokensPerSecond:n0}",
                    floor is null ? "" : $"{result.Seconds / floor.Seconds:f2}",
                    ours is null || result == ours ? "" : $"{result.Seconds / ours.Seconds:f2} ×",
                    $"{result.PeakBytes / Gigabyte:f2}");
            }
        }

        return ((IRenderable)table).Render(options, maxWidth);
    }
}

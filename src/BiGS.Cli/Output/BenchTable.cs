using BiGS.Cli.Bench;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>The figures of a bench, a block for each piece of work and length: medians, their ratios to the floor's and to ours (its first line), peak memory.</summary>
internal sealed class BenchTable(IReadOnlyList<BenchResult> results, Func<Work, string> nameOf) : IRenderable
{
    private const double Gigabyte = 1L << 30;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 60), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string name in (string[])["what", "l × b", "side", "ms", "tokens/s", "/ floor", "/ ours", "GiB"])
        {
            table.AddColumn(new TableColumn(name) { Alignment = name is "what" or "side" ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (IGrouping<(Work Work, int Length, int Batch), BenchResult> round in results.GroupBy(result => (result.Work, result.Length, result.Batch)))
        {
            BenchResult? floor = round.FirstOrDefault(result => result.Subject == "floor");
            BenchResult? ours = round.FirstOrDefault(result => result.Subject == "ours");
            foreach (BenchResult result in round)
            {
                bool first = result == round.First();
                table.AddRow(
                    first ? nameOf(result.Work) : "",
                    first ? $"{result.Length} × {result.Batch}" : "",
                    $"{result.Subject} {result.Precision}",
                    $"{1e3 * result.Seconds:n1}",
                    $"{result.TokensPerSecond:n0}",
                    floor is null ? "" : $"{result.Seconds / floor.Seconds:f2}",
                    ours is null ? "" : $"{result.Seconds / ours.Seconds:f2}",
                    $"{result.PeakBytes / Gigabyte:f2}");
            }
        }

        return ((IRenderable)table).Render(options, maxWidth);
    }
}

using BiGS.Cli.Doctor;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>Findings, a line each, the remedy below what is amiss.</summary>
internal sealed class DiagnosticsView(IReadOnlyList<DiagnosticResult> findings) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 20), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var grid = new Grid().Fixed(left: 0, right: 1).Fixed(left: 0, right: 3).Running();
        foreach (DiagnosticResult finding in findings)
        {
            (string sign, Color color) = finding.Condition switch
            {
                DiagnosticStatus.Good => ("✓", Color.Green),
                DiagnosticStatus.Optional => ("·", Color.Yellow),
                _ => ("✗", Color.Red),
            };
            grid.AddRow(new Text(sign, new Style(color)), new Text(finding.Name), new Text(finding.Found));
            if (finding.Remedy is not null)
            {
                grid.AddRow(Text.Empty, Text.Empty, new Text("→ " + finding.Remedy, new Style(Color.Grey)));
            }
        }

        return ((IRenderable)grid).Render(options, maxWidth);
    }
}

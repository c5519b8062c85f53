using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Console;

/// <summary>A few numbers with their names, under a title, over the ground that they stand on.</summary>
internal sealed class Figures(string title, IReadOnlyList<(string Name, string Value, string Unit)> figures, string ground) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 20), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 3, 0) })
            .AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0), Alignment = Justify.Right }).AddColumn(new GridColumn { Padding = new Padding(0) });
        foreach ((string name, string value, string unit) in figures)
        {
            grid.AddRow(new Text(name), new Text(value, new Style(Color.Teal, decoration: Decoration.Bold)), new Text(unit, new Style(Color.Grey)));
        }

        return ((IRenderable)new Rows(
            new Text(title, new Style(decoration: Decoration.Bold)), grid, new Text(ground, new Style(Color.Grey)))).Render(options, maxWidth);
    }
}

using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>A few numbers with their names, under a title, over the ground that they stand on.</summary>
internal sealed class FigureTable(string title, IReadOnlyList<(string Name, string Value, string Unit)> figures, string ground) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 20), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var grid = new Grid().Fixed(left: 2, right: 3).Fixed(left: 0, right: 2, Justify.Right).Running();
        var strong = new Style(Color.Teal, decoration: Decoration.Bold);
        foreach ((string name, string value, string unit) in figures)
        {
            grid.AddRow(new Text(name), new Text(value, strong), new Text(unit, new Style(Color.Grey)));
        }

        IRenderable rows = new Rows(new Text(title, new Style(decoration: Decoration.Bold)), grid, new Text(ground, new Style(Color.Grey)));
        return rows.Render(options, maxWidth);
    }
}

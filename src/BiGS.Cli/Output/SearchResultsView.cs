using System.Globalization;
using BiGS.Search;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>A question, and below it the passages in order: rank, place and cosine, and how they begin.</summary>
internal sealed class SearchResultsView(string question, IReadOnlyList<PassageMatch> found) : IRenderable
{
    private const int LongestQuote = 240;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var strong = new Style(Color.Teal, decoration: Decoration.Bold);
        Grid grid = new Grid().Fixed(left: 2, right: 2, Justify.Right).Running();
        for (int i = 0; i < found.Count; i++)
        {
            (IndexedPassage passage, double cosine) = found[i];
            string place = string.Create(
                CultureInfo.InvariantCulture, $"{passage.File}, line {passage.Line}, characters {passage.Start} to {passage.End} (cosine {cosine:0.000})");
            grid.AddRow(new Text($"{i + 1}.", strong), new Text(place, new Style(Color.Grey)));
            grid.AddRow(new Text(""), new Text(Beginning(passage.Text)));
        }

        IRenderable rows = new Rows(new Text(question, new Style(decoration: Decoration.Bold)), grid);
        return rows.Render(options, maxWidth);
    }

    private static string Beginning(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        int blank = line.Length <= LongestQuote ? -1 : line.LastIndexOf(' ', LongestQuote);
        return blank < 0 ? line : line[..blank] + " …";
    }
}

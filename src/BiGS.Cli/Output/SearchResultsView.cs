using System.Globalization;
using BiGS.Search;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>A question, and below it the passages in order: rank and place, what ranked them, and the part that has most of the question's words.</summary>
internal sealed class SearchResultsView(string question, IReadOnlyList<SearchHit> found, SearchMode mode, bool explains) : IRenderable
{
    private static readonly Style Strong = new(Color.Teal, decoration: Decoration.Bold);

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        Grid grid = new Grid().Fixed(left: 2, right: 2, Justify.Right).Running();
        for (int i = 0; i < found.Count; i++)
        {
            grid.AddRow(new Text($"{i + 1}.", Strong), new Text($"{Place(found[i].Passage)}{Score(found[i])}", new Style(Color.Grey)));
            if (explains)
            {
                grid.AddRow(new Text(""), new Text(Explanation(found[i]), new Style(Color.Grey)));
            }

            grid.AddRow(new Text(""), Snippet(found[i]));
        }

        IRenderable rows = new Rows(
            new Text(question, new Style(decoration: Decoration.Bold)),
            found.Count > 0 ? grid : new Text(mode == SearchMode.Keyword ? "no passage has any of these words" : "no passage", new Style(Color.Grey)));
        return rows.Render(options, maxWidth);
    }

    private static string Place(IndexedPassage passage) => string.Create(
        CultureInfo.InvariantCulture,
        $"{passage.File}{(passage.Page is { } page ? $", page {page}" : "")}{(passage.Line > 0 ? $", line {passage.Line}" : "")}, characters {passage.Start} to {passage.End}{(passage.Title is { } title ? $", “{title}”" : "")}");

    private string Score(SearchHit hit) => mode switch
    {
        SearchMode.Keyword => string.Create(CultureInfo.InvariantCulture, $" (BM25 {hit.Score:0.00})"),
        SearchMode.Vector => string.Create(CultureInfo.InvariantCulture, $" (cosine {hit.Score:0.000})"),
        _ => "",
    };

    private string Explanation(SearchHit hit)
    {
        string words = mode == SearchMode.Vector ? "" : hit.KeywordRank is { } rank ? string.Create(CultureInfo.InvariantCulture, $"{Ordinal(rank)} by words (BM25 {hit.KeywordScore:0.00})") : "not found by words";
        string vectors = mode == SearchMode.Keyword ? "" : hit.VectorRank is { } place ? string.Create(CultureInfo.InvariantCulture, $"{Ordinal(place)} by vectors (cosine {hit.Cosine:0.000})") : "not found by vectors";
        string score = mode == SearchMode.Hybrid ? string.Create(CultureInfo.InvariantCulture, $"score {hit.Score:0.0000}") : "";
        return string.Join(", ", new[] { words, vectors, score }.Where(part => part.Length > 0));
    }

    private static string Ordinal(int number) => $"no. {number}";

    /// <summary>With the question's words in colour; every run of blanks and line ends is one blank.</summary>
    private static Paragraph Snippet(SearchHit hit)
    {
        var shown = new Paragraph();
        (int at, int end) = (hit.Snippet.Start.Value, hit.Snippet.End.Value);
        shown.Append(at > 0 ? "… " : "");
        foreach (Range word in hit.Highlights.Where(word => word.Start.Value >= at && word.End.Value <= end))
        {
            shown.Append(OneLine(hit.Passage.Text[at..word.Start]));
            shown.Append(OneLine(hit.Passage.Text[word]), Strong);
            at = word.End.Value;
        }

        shown.Append(OneLine(hit.Passage.Text[at..end]));
        shown.Append(end < hit.Passage.Text.Length ? " …" : "");
        return shown;
    }

    private static string OneLine(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? (text.Length > 0 ? " " : "") : $"{(char.IsWhiteSpace(text[0]) ? " " : "")}{line}{(char.IsWhiteSpace(text[^1]) ? " " : "")}";
    }
}

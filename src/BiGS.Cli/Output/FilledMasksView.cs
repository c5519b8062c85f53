using System.Globalization;
using BiGS.Pipelines;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>A text with its masks in colour, and below it, mask by mask, words with their probabilities as numbers and bars.</summary>
internal sealed class FilledMasksView(string text, IReadOnlyList<MaskedWord> words) : IRenderable
{
    private const string Eighths = " ▏▎▍▌▋▊▉";
    private const int WidestBar = 32;
    private const int BesideBar = 32;

    private static readonly Style Marked = new(Color.Teal, decoration: Decoration.Bold);

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 20), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        ((IRenderable)new Rows([Text(), .. words.Select((word, m) => Table(word, m, maxWidth))])).Render(options, maxWidth);

    private Paragraph Text()
    {
        var paragraph = new Paragraph();
        int end = 0;
        foreach (MaskedWord word in words)
        {
            paragraph.Append(text[end..word.Start]).Append(text[word.Start..word.End], Marked);
            end = word.End;
        }

        return paragraph.Append(text[end..]);
    }

    private Padder Table(MaskedWord word, int number, int maxWidth)
    {
        int bar = Math.Clamp(maxWidth - BesideBar, 0, WidestBar);
        var grid = new Grid().Fixed(left: 0, right: 3).Fixed(left: 0, right: 2).Fixed(left: 0, right: 0);
        if (words.Count > 1)
        {
            grid.AddRow(new Text($"mask {number + 1} of {words.Count}", new Style(Color.Grey)));
        }

        foreach (MaskCandidate candidate in word.Candidates)
        {
            grid.AddRow(
                new Text(candidate.Token),
                new Text(candidate.Probability.ToString("0.0000", CultureInfo.InvariantCulture)),
                new Text(Bar(candidate.Probability, bar), new Style(Color.Teal)));
        }

        return new Padder(grid, new Padding(2, 0, 0, 0));
    }

    /// <summary>Full length is certainty; drawn to an eighth of a cell.</summary>
    private static string Bar(double probability, int width)
    {
        int eighths = (int)Math.Round(probability * width * 8);
        return new string('█', eighths / 8) + Eighths[eighths % 8].ToString().TrimEnd();
    }
}

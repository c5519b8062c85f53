using System.Globalization;
using BiGS.Pipelines;
using BiGS.Training.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>Sentences beside their scores and word pieces; below, what they come to.</summary>
internal sealed class SentenceScoreTable(Score score, IReadOnlyList<string> sentences, IReadOnlyList<SentenceScore> scores) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 40), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        Grid grid = new Grid().Fixed(left: 2, right: 2, Justify.Right).Fixed(left: 0, right: 2, Justify.Right).Running();
        var strong = new Style(Color.Teal, decoration: Decoration.Bold);
        var grey = new Style(Color.Grey);
        grid.AddRow(new Text("score", grey), new Text("pieces", grey), new Text("sentence", grey));
        foreach ((string sentence, SentenceScore each) in sentences.Zip(scores))
        {
            grid.AddRow(
                new Text(each.LogLikelihood.ToString("f3", CultureInfo.InvariantCulture), strong),
                new Text(each.Pieces.ToString(CultureInfo.InvariantCulture)),
                new Text(sentence));
        }

        string ground = string.Create(
            CultureInfo.InvariantCulture,
            $"{score.Count:N0} sentences; pseudo-perplexity {score.Metrics["pseudo_perplexity"]:n2} a word piece; scores are nats, higher is likelier");
        IRenderable rows = new Rows(new Text("pseudo-log-likelihood", new Style(decoration: Decoration.Bold)), grid, new Text(ground, grey));
        return rows.Render(options, maxWidth);
    }
}

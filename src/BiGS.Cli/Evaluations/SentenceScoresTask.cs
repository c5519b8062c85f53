using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Files;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>score</c>: the pseudo-log-likelihood of every line of a text file.</summary>
internal sealed class SentenceScoresTask(EvaluationOptions options) : EvaluationTask(
    "score", "how likely each line of a text file is, as a pseudo-log-likelihood")
{
    private const string Refuse = "refuse";
    private const string Truncate = "truncate";
    private const string Window = "window";

    private readonly Option<string> _long = OptionFactory.Choice(
        "--long", "score: what becomes of a line that is longer than the model: refuse it, truncate it, or score each piece in a window of the line around it", Refuse, Truncate, Window);

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Tables.Encoding, options.Limit, options.Masking, _long];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        string file = run.DataFile();
        (long Number, string Text)[] lines =
            [.. TextFile.Lines(file, run.Value(options.Tables.Encoding)).Where(line => !string.IsNullOrWhiteSpace(line.Line)).Take(run.Value(options.Limit) ?? int.MaxValue)];
        if (lines.Length == 0)
        {
            throw new InvalidDataException($"'{file}' holds no text; expected a sentence on each line");
        }

        (BiGSForMaskedLM model, BertTokenizer tokenizer) = run.OpenMaskedLm();
        LongSentenceBehavior longSentences = run.Value(_long) switch { Truncate => LongSentenceBehavior.Truncate, Window => LongSentenceBehavior.Window, _ => LongSentenceBehavior.Refuse };
        var likelihood = new PseudoLogLikelihood(model.MaskedWords(tokenizer.Vocabulary.PadId), tokenizer, EvaluationOptions.Hidden(run.Value(options.Masking)!), longSentences);
        (long Number, int Length)[] tooLong =
            [.. lines.Select(line => (line.Number, Length: likelihood.CountTokens(line.Text))).Where(line => line.Length > likelihood.MaxTokens)];
        if (tooLong is [(long number, int length), ..])
        {
            if (longSentences == LongSentenceBehavior.Refuse)
            {
                throw new InvalidDataException(
                    $"'{file}', line {number}: the sentence has {length} tokens, but the model reads at most {likelihood.MaxTokens}; shorten or split it, or give {_long.Name} {Truncate} or {_long.Name} {Window}");
            }

            string done = longSentences == LongSentenceBehavior.Truncate ? "are cut there" : "are read through windows of that length";
            run.Terminal.Warn([$"{tooLong.Length:N0} of {lines.Length:N0} lines are longer than {likelihood.MaxTokens} tokens, the first of them line {number} with {length:N0}, and {done}."]);
        }

        IReadOnlyList<SentenceScore> scores = run.Working(
            "scoring", progress => likelihood.Score([.. lines.Select(line => line.Text)], progress, run.Interrupted));
        Score score = SentenceScoreSummary.Create(Name, scores);
        if (run.AsJson)
        {
            run.Terminal.Json(json =>
            {
                score.Write(json);
                json.WriteStartArray("sentences");
                foreach (((long Number, string Text) line, SentenceScore sentence) in lines.Zip(scores))
                {
                    json.WriteStartObject();
                    json.WriteNumber("line", line.Number);
                    json.WriteString("text", line.Text);
                    json.WriteNumber("score", sentence.LogLikelihood);
                    json.WriteNumber("pieces", sentence.Pieces);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else
        {
            run.Terminal.Show(new SentenceScoreTable(score, [.. lines.Select(line => line.Text)], scores));
        }
    }
}

using System.CommandLine;
using BiGS.Cli.Console;
using BiGS.Corpora;
using BiGS.Evaluation;
using BiGS.Models;
using BiGS.Tokenizers;

namespace BiGS.Cli.Evaluations;

/// <summary><c>score</c>: the pseudo-log-likelihood of every line of a text file.</summary>
internal sealed class SentenceScoresTask(EvaluationOptions options) : EvaluationTask(
    "score", "how likely each line of a text file is, as a pseudo-log-likelihood")
{
    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Tables.Encoding, options.Limit, options.Masking];

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
        var likelihood = new PseudoLogLikelihood(model, tokenizer, EvaluationOptions.Hidden(run.Value(options.Masking)!));
        foreach ((long number, string text) in lines)
        {
            int length = likelihood.LengthOf(text);
            if (length > likelihood.LongestSentence)
            {
                throw new InvalidDataException(
                    $"'{file}', line {number}: the sentence has {length} tokens, but the model reads at most {likelihood.LongestSentence}; shorten or split it");
            }
        }

        IReadOnlyList<SentenceScore> scores = run.Working(
            "scoring", progress => likelihood.Score([.. lines.Select(line => line.Text)], progress, run.Interrupted));
        Score score = SentenceScore.Summary(Name, scores);
        if (run.AsJson)
        {
            run.Terminal.Json(json =>
            {
                score.Write(json);
                json.WriteStartArray("sentences");
                foreach (((long number, string text), SentenceScore sentence) in lines.Zip(scores))
                {
                    json.WriteStartObject();
                    json.WriteNumber("line", number);
                    json.WriteString("text", text);
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

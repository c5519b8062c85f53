using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Training.Corpora;
using BiGS.Training.Data;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>mlm</c>: loss, accuracy and perplexity at masked words of held-out text.</summary>
internal sealed class MaskedWordsTask(EvaluationOptions options) : EvaluationTask("mlm", "loss, accuracy and perplexity at masked words of held-out text")
{
    private const int DefaultBatchSize = 32;
    private const int DefaultSeed = 1;
    private const int LongestDefault = 512;

    private readonly Option<string> _textField = OptionFactory.Text("--text-field", "NAME", "mlm: the field or column that holds the text (default text)");
    private readonly Option<int?> _batchSize = OptionFactory.Number("--batch-size", $"mlm: rows computed at a time (default {DefaultBatchSize})", least: 1);

    private readonly Option<bool> _pack = OptionFactory.Flag(
        "--pack", "mlm: short documents (lines) share a row, with [SEP] between them: fewer rows, and more context than a line by itself has");

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Tables.Encoding, _textField, _batchSize, _pack, options.MaxLength, options.Limit, options.Seed, options.Answering.Backend];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        using TextModel model = run.OpenMaskedLmSession();
        var corpus = new CorpusOptions { TextField = run.Value(_textField) ?? "text", Encoding = run.Value(options.Tables.Encoding) };
        IEnumerable<string> documents = Corpus.ReadDocuments(run.Value(options.Data)!, corpus);
        int length = RowLength(model.Config, run.Value(options.MaxLength));
        var heldOut = new HeldOutRows(model.Config, model.Tokenizer, length, run.Value(options.Seed) ?? DefaultSeed, run.Value(_pack));
        HeldOutScore score;
        using (ProgressLine line = run.Terminal.Progress())
        {
            heldOut.Read(documents.Take(run.Value(options.Limit) ?? int.MaxValue), line, run.Interrupted);
            IEnumerable<MaskedBatch> batches = heldOut.Batches(run.Value(_batchSize) ?? DefaultBatchSize, line);
            score = MaskedLmEvaluation.Score(model.Session, batches, run.Interrupted);
        }

        Show(double.IsFinite(score.Perplexity) ? score : throw NoModel(score.Loss), heldOut, run);
    }

    private static InvalidDataException NoModel(double loss) => new($"the loss is {loss}; the weights are no trained model.");

    private static int RowLength(BiGSConfig config, int? asked)
    {
        bool bounded = config.PositionEmbeddingType == PositionEmbedding.Absolute;
        return asked > config.MaxPositionEmbeddings && bounded
            ? throw new ArgumentException(
                $"--max-length is {asked}, but the model has {config.MaxPositionEmbeddings} positions; ask for that many at most.")
            : asked ?? Math.Min(config.MaxPositionEmbeddings, LongestDefault);
    }

    private void Show(HeldOutScore score, HeldOutRows rows, EvaluationRun run)
    {
        if (run.AsJson)
        {
            run.Terminal.Json(json =>
            {
                json.WriteString("task", Name);
                json.WriteStartObject("metrics");
                json.WriteNumber("loss", score.Loss);
                json.WriteNumber("accuracy", score.Accuracy);
                json.WriteNumber("perplexity", score.Perplexity);
                json.WriteEndObject();
                json.WriteNumber("count", score.Count);
            });
        }
        else
        {
            run.Terminal.Show(new FigureTable(
                "masked language modelling",
                [
                    ("loss", $"{score.Loss:f4}", "nats a masked token"),
                    ("accuracy", $"{100 * score.Accuracy:f2} %", "first guesses that are right"),
                    ("perplexity", $"{score.Perplexity:n2}", ""),
                ],
                $"{score.Count:N0} masked tokens in {rows.Count:N0} rows of up to {rows.MaxLength} from {rows.Documents:N0} documents"));
        }
    }
}

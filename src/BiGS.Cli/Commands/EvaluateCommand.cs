using System.CommandLine;
using BiGS.Batches;
using BiGS.Checkpoints;
using BiGS.Cli.Console;
using BiGS.Corpora;
using BiGS.Evaluation;
using BiGS.Models;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class EvaluateCommand
{
    private const int DefaultBatchSize = 32;
    private const int DefaultSeed = 1;
    private const int LongestDefault = 512;

    public static Command Build(Terminal terminal)
    {
        var model = new ModelOptions();
        Option<string> task = Values.Choice("--task", "what to measure", "mlm");
        Option<string[]> data = Values.Paths(
            "--data", "held-out text: .txt, .jsonl (also .gz), .parquet; files, folders or globs", required: true);
        Option<string> textField = Values.Text("--text-field", "NAME", "the field or column that holds the text (default text)");
        Option<int?> batchSize = Values.Number("--batch-size", $"rows computed at a time (default {DefaultBatchSize})", least: 1);
        Option<int?> maxLength = Values.Number(
            "--max-length", $"tokens in a row (default: the model's positions, at most {LongestDefault})", least: 3);
        Option<int?> limit = Values.Number("--limit", "read only the first N documents", least: 1);
        Option<int?> seed = Values.Number("--seed", $"decides the masks (default {DefaultSeed})", least: 0);
        Option<bool> json = Values.Flag("--json", "one JSON object: task, metrics, count");
        var command = new Verb("evaluate", "Held-out loss, accuracy and perplexity at masked words.",
            "bigs evaluate --task mlm --data held-out.txt --model runs/pretrain-tiny-1",
            "bigs evaluate --task mlm --data held-out.txt --model runs/pretrain-tiny-1 --limit 500 --json");
        command.Add(task);
        command.Add(data);
        model.AddTo(command);
        foreach (Option option in (Option[])[textField, batchSize, maxLength, limit, seed, json])
        {
            command.Add(option);
        }

        command.Runs(parse =>
        {
            ModelPlace place = model.Place(parse, terminal);
            string folder = place.Folder;
            BiGSForMaskedLM opened = model.Open(place, parse, terminal) as BiGSForMaskedLM ?? throw new InvalidDataException(
                $"{folder}: \"architectures\" in {ConfigFile.Name} names a head that guesses no masked words; "
                + "--task mlm needs a BiGSForMaskedLM.");
            opened.Freeze();
            BertTokenizer tokenizer = BertTokenizer.Open(place.TokenizerFolder);
            var corpus = new CorpusOptions { TextField = parse.GetValue(textField) ?? "text" };
            IEnumerable<string> documents = Corpus.ReadDocuments(parse.GetRequiredValue(data), corpus);
            int length = RowLength(opened.Config, parse.GetValue(maxLength));
            var heldOut = new HeldOutRows(opened.Config, tokenizer, length, parse.GetValue(seed) ?? DefaultSeed);
            MaskedLmScore score;
            using (ProgressLine line = terminal.Progress())
            {
                heldOut.Read(documents.Take(parse.GetValue(limit) ?? int.MaxValue), line, terminal.Interrupted);
                IEnumerable<Batch> batches = heldOut.Batches(parse.GetValue(batchSize) ?? DefaultBatchSize, line);
                score = MaskedLmEvaluation.Score(opened, batches, terminal.Interrupted);
            }

            if (!double.IsFinite(score.Perplexity))
            {
                throw new InvalidDataException($"{folder}: the loss is {score.Loss}; the weights are no trained model.");
            }

            Show(score, heldOut, parse.GetValue(task)!, parse.GetValue(json), terminal);
        });
        return command;
    }

    private static int RowLength(BiGSConfig config, int? asked)
    {
        bool bounded = config.PositionEmbeddingType == PositionEmbedding.Absolute;
        return asked > config.MaxPositionEmbeddings && bounded
            ? throw new ArgumentException(
                $"--max-length is {asked}, but the model has {config.MaxPositionEmbeddings} positions; ask for that many at most.")
            : asked ?? Math.Min(config.MaxPositionEmbeddings, LongestDefault);
    }

    private static void Show(MaskedLmScore score, HeldOutRows rows, string task, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("task", task);
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
            terminal.Show(new Figures(
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

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;

namespace BiGS.Cli.Commands;

internal static class ClassifyCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions(AnsweringOptions.NeedsHead);
        var texts = new TextOptions("texts, or pairs of texts with a tab between the two");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each text");
        Option<bool> allProbabilities = OptionFactory.Flag("--all-probabilities", "of the table: a column for the probability of every class (.jsonl has them always)");
        var tables = new TextTableOptions(takesPairs: true, json);
        var command = new BigsCommand("classify", "The class of every text, by a model that was fine-tuned for it; or its value, by one that gives values.",
            "bigs classify --model runs/sst2 \"A warm and funny film.\"",
            "bigs classify --model runs/rte --json < pairs.tsv",
            "bigs classify --model runs/sst2 --file reviews.csv --text-column review --out reviews-classified.csv")
        { json };
        texts.AddTo(command);
        tables.AddTo(command, texts.Argument, allProbabilities);
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            TextTable? table = tables.Open(parse, terminal);
            ModelPlace place = model.Place(parse, terminal);
            using Classifier classifier = Classifier.Open(place.Folder, model.OpenOptions(parse, place));
            terminal.Warn(classifier.Warnings);
            if (table is not null)
            {
                table.Answer(
                    Columns(classifier, table.Format, parse.GetValue(allProbabilities)),
                    rows => classifier.Classify(rows, texts.TooLong(parse), terminal.Interrupted),
                    texts.Limit(parse, classifier.CountTokens, classifier.MaxTokens),
                    terminal);
                return;
            }

            string[] all = texts.Texts(parse, terminal);
            IReadOnlyList<Classification> answers = classifier.Classify(
                [.. all.Select(Text)], texts.TooLong(parse), terminal.Interrupted);
            foreach ((string text, Classification answer) in all.Zip(answers))
            {
                if (parse.GetValue(json))
                {
                    WriteJson(terminal, text, answer);
                }
                else
                {
                    terminal.Line(answer.Value is double value
                        ? string.Create(CultureInfo.InvariantCulture, $"{value:f3}\t{text}")
                        : string.Create(CultureInfo.InvariantCulture, $"{answer.Labels[0].Label}\t{answer.Labels[0].Probability:f4}\t{text}"));
                }
            }
        });
        return command;
    }

    private static ModelText Text(string line) => line.Split('\t', 2) is [var first, var second] ? new ModelText(first, second) : new ModelText(line);

    /// <summary>A value; or the likeliest class, its probability, and those of all classes.</summary>
    private static AddedColumn<Classification>[] Columns(Classifier classifier, TableFormat format, bool all)
    {
        if (classifier.Labels.Count == 1)
        {
            return [Number("value", answer => answer.Value!.Value)];
        }

        AddedColumn<Classification> label = new("label", answer => answer.Labels[0].Label, (json, answer) => json.WriteStringValue(answer.Labels[0].Label));
        AddedColumn<Classification> probability = Number("probability", answer => answer.Labels[0].Probability);
        AddedColumn<Classification>[] others = format == TableFormat.JsonLines ? [new("probabilities", _ => "", WriteProbabilities)]
            : all ? [.. classifier.Labels.Select(name => Number($"probability_{name}", answer => answer.Labels.First(other => other.Label == name).Probability))]
            : [];
        return [label, probability, .. others];
    }

    private static AddedColumn<Classification> Number(string name, Func<Classification, double> number) =>
        new(name, answer => number(answer).ToString("g6", CultureInfo.InvariantCulture), (json, answer) => json.WriteNumberValue(number(answer)));

    private static void WriteProbabilities(Utf8JsonWriter json, Classification answer)
    {
        json.WriteStartObject();
        foreach (LabelProbability label in answer.Labels)
        {
            json.WriteNumber(label.Label, label.Probability);
        }

        json.WriteEndObject();
    }

    private static void WriteJson(Terminal terminal, string text, Classification answer) => terminal.Json(json =>
    {
        json.WriteString("text", text);
        if (answer.Value is double value)
        {
            json.WriteNumber("value", value);
            return;
        }

        json.WriteString("label", answer.Labels[0].Label);
        json.WritePropertyName("probabilities");
        WriteProbabilities(json, answer);
    });
}

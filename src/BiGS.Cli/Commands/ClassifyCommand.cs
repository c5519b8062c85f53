using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Console;
using BiGS.Pipelines;

namespace BiGS.Cli.Commands;

internal static class ClassifyCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions();
        var texts = new TextOptions("texts, or pairs of texts with a tab between the two");
        Option<bool> json = Values.Flag("--json", "one JSON object for each text");
        var command = new Verb("classify", "The class of every text, by a model that was fine-tuned for it; or its value, by one that gives values.",
            "bigs classify --model runs/sst2 \"A warm and funny film.\"",
            "bigs classify --model runs/rte --json < pairs.tsv")
        { json };
        texts.AddTo(command);
        model.AddTo(command);
        command.Runs(parse =>
        {
            ModelPlace place = model.Place(parse, terminal);
            using Classifier classifier = Classifier.Open(place.Folder, model.HowToOpen(parse), model.Precision(parse), place.TokenizerFolder, backend: model.Backend(parse));
            terminal.Warn(classifier.Warnings);
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

    private static void WriteJson(Terminal terminal, string text, Classification answer) => terminal.Json(json =>
    {
        json.WriteString("text", text);
        if (answer.Value is double value)
        {
            json.WriteNumber("value", value);
            return;
        }

        json.WriteString("label", answer.Labels[0].Label);
        json.WriteStartObject("probabilities");
        foreach (LabelProbability label in answer.Labels)
        {
            json.WriteNumber(label.Label, label.Probability);
        }

        json.WriteEndObject();
    });
}

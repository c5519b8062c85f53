using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Files;
using BiGS.Pipelines;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class AnswerCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions(AnsweringOptions.NeedsHead);
        Option<string> text = OptionFactory.Text("--text", "TEXT", "the text that holds the answers");
        Option<string> file = OptionFactory.Text("--file", "PATH", "the same, in a file of plain text (also .gz)");
        Option<int?> top = OptionFactory.Number("--top", "how many candidates for each question (default 1)", least: 1);
        Option<int?> window = OptionFactory.Number("--window", "tokens that are read at once (default: the model's positions, at most 512)", least: 8);
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each question, with every candidate's probability and place");
        Argument<string[]> questions = OptionFactory.Texts(
            "questions; without --text and --file each with a tab and its text behind it; none: the lines of standard input", "QUESTION…");
        var command = new BigsCommand(
            "answer",
            "The words of a text that answer a question, by a model that was fine-tuned for it; texts may be of any length.",
            "bigs answer --model runs/squad --text \"Ada Lovelace was born in London in 1815.\" \"Where was she born?\"",
            "bigs answer --model runs/squad --file report.txt --top 3 --json < questions.txt")
        { text, file, top, window, json, questions };
        model.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(text) is not null && result.GetResult(file) is not null)
            {
                result.AddError("--text and --file are both given; the answers stand in one of them");
            }
        });
        command.SetHandler(parse =>
        {
            string? shared = parse.GetValue(file) is { } path ? string.Join('\n', TextFile.Lines(path).Select(line => line.Line)) : parse.GetValue(text);
            ModelPlace place = model.Place(parse, terminal);
            using Answerer answerer = Answerer.Open(place.Folder, model.OpenOptions(parse, place), parse.GetValue(window));
            terminal.Warn(answerer.Warnings);
            QuestionContext[] asked = [.. terminal.Texts(parse.GetValue(questions)!).Select(line => Asked(line, shared))];
            IReadOnlyList<AnswerResult> answers = answerer.Answer(asked, parse.GetValue(top) ?? 1, terminal.Interrupted);
            foreach ((QuestionContext question, AnswerResult answer) in asked.Zip(answers))
            {
                if (parse.GetValue(json))
                {
                    WriteJson(terminal, question, answer);
                }
                else
                {
                    WriteLines(terminal, question, answer);
                }
            }
        });
        return command;
    }

    private static QuestionContext Asked(string line, string? text) =>
        text is not null ? new QuestionContext(line, text)
        : line.Split('\t', 2) is [var question, var own] ? new QuestionContext(question, own)
        : throw new ArgumentException($"\"{line}\" comes without a text; give --text or --file, or put a tab and the text behind the question.");

    /// <summary>A line a candidate; "no answer", where that is likelier, as a line of its own before them.</summary>
    private static void WriteLines(Terminal terminal, QuestionContext asked, AnswerResult answer)
    {
        void Line(string found, double probability) =>
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{found.ReplaceLineEndings(" ")}\t{probability:f4}\t{asked.Question}"));
        if (answer.Best is null)
        {
            Line("(no answer)", answer.NoAnswerProbability ?? 0);
        }

        foreach (AnswerCandidate candidate in answer.Candidates)
        {
            Line(candidate.Text, candidate.Probability);
        }
    }

    private static void WriteJson(Terminal terminal, QuestionContext asked, AnswerResult answer) => terminal.Json(json =>
    {
        var characters = new CharacterOffsets(asked.Text);
        json.WriteString("question", asked.Question);
        json.WriteString("answer", answer.Best?.Text);
        if (answer.NoAnswerProbability is { } none)
        {
            json.WriteNumber("no_answer_probability", none);
        }

        json.WriteStartArray("candidates");
        foreach (AnswerCandidate candidate in answer.Candidates)
        {
            json.WriteStartObject();
            json.WriteString("text", candidate.Text);
            json.WriteNumber("probability", candidate.Probability);
            json.WriteNumber("start", characters.At(candidate.Start));
            json.WriteNumber("end", characters.At(candidate.End));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

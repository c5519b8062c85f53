using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Search;

namespace BiGS.Cli.Commands;

internal static class SearchCommand
{
    private const int DefaultTop = 10;

    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions("the one that made the index");
        Argument<string> folder = new("FOLDER") { Description = "a folder that bigs index has read, or where it put its index" };
        Argument<string[]> questions = OptionFactory.Texts("questions; none: the lines of standard input", "QUESTION…");
        Option<int?> top = OptionFactory.Number("--top", $"how many passages for each question (default {DefaultTop})", least: 1);
        Option<string> prompt = OptionFactory.PromptName("question");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each question; score is the cosine");
        var command = new BigsCommand(
            "search",
            "The passages of a folder that are nearest a question, by the cosine of their vectors: 1 for the same direction. A cosine is no probability; it only ranks "
            + "the passages of one question under one model. The model is the one that made the index.",
            "bigs search notes \"Where does the river end?\"",
            "bigs search notes --top 3 --json < questions.txt")
        { folder, questions, top, prompt, json };
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            using PassageIndex index = PassageIndex.Open(parse.GetRequiredValue(folder));
            ModelPlace place = model.Place(parse, terminal, otherwise: index.Model);
            using SearchModel opened = SearchModel.Open(place.Folder, model.OpenOptions(parse, place), parse.GetValue(prompt));
            terminal.Warn(opened.Warnings);
            bool first = true;
            foreach (string question in terminal.Texts(parse.GetValue(questions)!))
            {
                IReadOnlyList<PassageMatch> found = index.Search(opened, question, parse.GetValue(top) ?? DefaultTop, terminal.Interrupted);
                if (parse.GetValue(json))
                {
                    WriteJson(terminal, question, found);
                }
                else
                {
                    if (!first)
                    {
                        terminal.Line("");
                    }

                    terminal.Show(new SearchResultsView(question, found));
                    first = false;
                }
            }
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, string question, IReadOnlyList<PassageMatch> found) => terminal.Json(json =>
    {
        json.WriteString("question", question);
        json.WriteStartArray("passages");
        foreach ((IndexedPassage passage, double score) in found)
        {
            json.WriteStartObject();
            json.WriteString("file", passage.File);
            json.WriteNumber("line", passage.Line);
            json.WriteNumber("start", passage.Start);
            json.WriteNumber("end", passage.End);
            json.WriteNumber("score", score);
            json.WriteString("text", passage.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

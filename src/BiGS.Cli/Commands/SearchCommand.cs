using System.CommandLine;
using System.Text.Json;
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
        Argument<string> folder = new("FOLDER") { Description = "a folder that bigs index has read, or the file that it wrote" };
        Argument<string[]> questions = OptionFactory.Texts("questions; none: the lines of standard input, up to an empty one from the keyboard", "QUESTION…");
        Option<int?> top = OptionFactory.Number("--top", $"how many passages for each question (default {DefaultTop})", least: 1);
        Option<bool> keyword = OptionFactory.Flag("--keyword", "rank by the words that question and passage share (BM25), without a model");
        Option<bool> vector = OptionFactory.Flag("--vector", "rank by the cosine of the vectors of question and passage");
        Option<bool> explain = OptionFactory.Flag("--explain", "show why: the ranks by words and by vectors");
        Option<string> prompt = OptionFactory.PromptName("question");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each question, with both ranks");
        var command = new BigsCommand(
            "search",
            "The passages of a folder that answer a question best: by words and by vectors, weighed together. A score is no probability; it only ranks the passages of "
            + "one question. The model is the one that made the index.",
            "bigs search notes \"Where does the river end?\"",
            "bigs search notes --keyword --explain \"river delta\"",
            "bigs search notes --top 3 --json < questions.txt")
        { folder, questions, top, keyword, vector, explain, prompt, json };
        model.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(keyword) && result.GetValue(vector))
            {
                result.AddError("--keyword and --vector are both given; give one, or none for both rankings together");
            }

            if (result.GetValue(questions)!.Any(string.IsNullOrWhiteSpace))
            {
                result.AddError("a question is empty; ask something");
            }
        });
        command.SetHandler(parse =>
        {
            string path = parse.GetRequiredValue(folder);
            SearchMode mode = parse.GetValue(keyword) ? SearchMode.Keyword : parse.GetValue(vector) ? SearchMode.Vector : SearchMode.Hybrid;
            using SearchModel? opened = mode == SearchMode.Keyword ? null : model.OpenSearchModel(path, parse, terminal, parse.GetValue(prompt));
            using var index = SearchIndex.Open(path, opened);
            var options = new SearchOptions { Mode = mode, Top = parse.GetValue(top) ?? DefaultTop };
            bool first = true;
            foreach (string question in terminal.Questions(parse.GetValue(questions)!))
            {
                IReadOnlyList<SearchHit> found = index.SearchAsync(question, options, terminal.Interrupted).GetAwaiter().GetResult();
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

                    terminal.Show(new SearchResultsView(question, found, mode, parse.GetValue(explain)));
                    first = false;
                }
            }
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, string question, IReadOnlyList<SearchHit> found) => terminal.Json(json =>
    {
        json.WriteString("question", question);
        json.WriteStartArray("passages");
        foreach (SearchHit hit in found)
        {
            json.WriteStartObject();
            json.WriteString("file", hit.Passage.File);
            json.WriteNumber("line", hit.Passage.Line);
            json.WriteNumber("start", hit.Passage.Start);
            json.WriteNumber("end", hit.Passage.End);
            WriteIfKnown(json, "page", hit.Passage.Page);
            if (hit.Passage.Title is not null)
            {
                json.WriteString("title", hit.Passage.Title);
            }

            json.WriteNumber("score", hit.Score);
            WriteIfKnown(json, "keyword_rank", hit.KeywordRank);
            WriteIfKnown(json, "bm25", hit.KeywordScore);
            WriteIfKnown(json, "vector_rank", hit.VectorRank);
            WriteIfKnown(json, "cosine", hit.Cosine);
            json.WriteString("text", hit.Passage.Text);
            json.WriteString("snippet", hit.Passage.Text[hit.Snippet]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteIfKnown(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
    }
}

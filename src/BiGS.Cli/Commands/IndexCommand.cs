using System.CommandLine;
using System.Text.Json;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Search;
using BiGS.Search.Documents;
using BiGS.Weights;

namespace BiGS.Cli.Commands;

internal static class IndexCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions(ShippedModel.EmbeddingName);
        Argument<string> folder = new("FOLDER") { Description = "a folder of documents, in it and below: .txt, .md, .html, .pdf, .docx, .json, .jsonl, .csv, .tsv and source code" };
        Option<string> output = OptionFactory.Text("--out", "FILE", $"where the index goes (default: {SearchIndex.FileName} in the folder)");
        Option<int?> tokens = OptionFactory.Number("--passage-tokens", "the most tokens of a passage (default 128, or what the model reads if that is less)", least: 8);
        Option<int?> overlap = OptionFactory.Number("--overlap", "the most tokens that neighbours share (default: a quarter of a passage)", least: 0);
        Option<string> textField = OptionFactory.Text("--text-field", "NAME", "the field of JSON objects, or the column of tables, that holds the text (default: text where there is one, else all)");
        Option<int?> maxBytes = OptionFactory.Number("--max-file-bytes", $"larger files are left out, as they lie there or unpacked (default {DocumentOptions.UsualMaxFileBytes})", least: 1);
        Option<bool> stemming = OptionFactory.Flag("--stemming", "find English words in all their forms: \"plants\" by \"planted\"");
        Option<string> prompt = OptionFactory.PromptName("passage");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "empty an index that another model or other passages made, and make it anew");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object: what became of the index");
        var command = new BigsCommand(
            "index", "Embeds a folder of documents by passages, for bigs search. Again: only files that changed, by the same model and in the same passages.",
            "bigs index notes",
            "bigs index notes --model runs/mine --out notes.db")
        { folder, output, tokens, overlap, textField, maxBytes, stemming, prompt, overwrite, json };
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            string documents = parse.GetRequiredValue(folder);
            if (!Directory.Exists(documents))
            {
                throw new DirectoryNotFoundException($"{documents}: {(File.Exists(documents) ? "this is a file" : "there is no such folder")}; give a folder of documents.");
            }

            string path = SearchIndex.FileOf(parse.GetValue(output) ?? documents);
            OutputPath.File(path, output.Name, overwrite: true);
            IndexOptions? made = parse.GetValue(overwrite) ? null : SearchIndex.ReadOptions(path);
            ModelPlace place = model.Place(parse, terminal, otherwise: made?.ModelPath);
            using SearchModel opened = SearchModel.Open(place.Folder, model.OpenOptions(parse, place), parse.GetValue(prompt) ?? made?.PromptName);
            terminal.Warn(opened.Warnings);
            var options = new IndexOptions
            {
                PassageTokens = parse.GetValue(tokens) ?? made?.PassageTokens,
                Overlap = parse.GetValue(overlap) ?? (parse.GetValue(tokens) is null ? made?.Overlap : null),
                TextField = parse.GetValue(textField) ?? made?.TextField,
                MaxFileBytes = parse.GetValue(maxBytes) ?? DocumentOptions.UsualMaxFileBytes,
                PromptName = parse.GetValue(prompt) ?? made?.PromptName,
                Stemming = parse.GetValue(stemming) || made?.Stemming == true,
                IndexPath = path,
                ModelPath = model.Model.Given(parse) ?? made?.ModelPath,
                Overwrite = parse.GetValue(overwrite),
            };
            terminal.InterruptedNote = "interrupted; the documents that were added stay, and the same command goes on.";
            IndexUpdate update;
            using (ProgressLine line = terminal.Progress())
            {
                var progress = new SynchronousProgress<IndexProgress>(at => line.Report("embedding", at.Fraction, Detail(at)));
                update = SearchIndex.UpdateAsync(documents, opened, options, progress, terminal.Interrupted).GetAwaiter().GetResult();
            }

            bool verbose = parse.GetValue<bool>("--verbose");
            terminal.Warn([.. update.Skipped.Where(file => verbose || IsUnusable(file)).Select(file => $"left out: {Sentence(file)}"), .. opened.TextWarnings]);
            Show(update, parse.GetValue(json), terminal);
        });
        return command;
    }

    private static string Detail(IndexProgress at) =>
        $"{at.Completed:N0} of {at.Total:N0} files, {at.Embedded:N0} passages{(at.TimeLeft is { } left ? $", {left:hh\\:mm\\:ss} left" : "")}";

    /// <summary>What is wrong with a file begins with its name, and why it is passed over does not.</summary>
    private static string Sentence(SkippedFile file) => IsUnusable(file) ? file.Detail : $"{file.Path}: {file.Detail}";

    private static void Show(IndexUpdate update, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("index", update.IndexPath);
                json.WriteNumber("files", update.Files);
                json.WriteNumber("passages", update.Passages);
                json.WriteNumber("files_read", update.Read);
                json.WriteNumber("files_removed", update.Removed);
                json.WriteNumber("passages_embedded", update.Embedded);
                json.WriteStartArray("left_out");
                foreach (SkippedFile file in update.Skipped)
                {
                    json.WriteStartObject();
                    json.WriteString("file", file.Path);
                    json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(file.Reason.ToString()));
                    json.WriteString("reason", OptionNames.In(file.Detail));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        terminal.Line(
            $"{update.IndexPath}: {update.Passages:N0} passages of {update.Files:N0} files; {update.Read:N0} files were new or changed, {update.Removed:N0} are gone, {update.Embedded:N0} passages were embedded{(update.Skipped.Count > 0 ? $"; left out: {SkippedFile.Counts(update.Skipped)}" : "")}");
    }

    /// <summary>A document that should have been read, unlike those that are passed over by what they are called.</summary>
    private static bool IsUnusable(SkippedFile file) =>
        file.Reason is not (SkipReason.Hidden or SkipReason.Ignored or SkipReason.BuildOutput or SkipReason.Link or SkipReason.UnknownKind);
}

using System.CommandLine;
using System.Text.Json;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Search;
using BiGS.Search.Documents;

namespace BiGS.Cli.Commands;

internal static class IndexCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions();
        Argument<string> folder = new("FOLDER") { Description = "a folder of documents, in it and below: .txt, .md, .html, .pdf, .docx, .json, .jsonl, .csv, .tsv and source code" };
        Option<string> output = OptionFactory.Text("--out", "DIR", $"where the index goes (default: {PassageIndex.FolderName} in the folder)");
        Option<int?> tokens = OptionFactory.Number("--passage-tokens", "the most tokens of a passage (default 128, or what the model reads if that is less)", least: 8);
        Option<int?> overlap = OptionFactory.Number("--overlap", "the most tokens that neighbours share (default: a quarter of a passage)", least: 0);
        Option<string> textField = OptionFactory.Text("--text-field", "NAME", "the field of JSON objects, or the column of tables, that holds the text (default: text where there is one, else all)");
        Option<int?> maxBytes = OptionFactory.Number("--max-file-bytes", $"larger files are left out, as they lie there or unpacked (default {DocumentOptions.UsualMaxFileBytes})", least: 1);
        Option<string> prompt = OptionFactory.PromptName("passage");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "make an index that another model or other passages made anew");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object: what became of the index");
        var command = new BigsCommand(
            "index", "Embeds a folder of documents by passages, for bigs search. Again: only files that changed, by the same model and in the same passages.",
            "bigs index notes",
            "bigs index notes --model runs/mine --out notes-index")
        { folder, output, tokens, overlap, textField, maxBytes, prompt, overwrite, json };
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            string documents = parse.GetRequiredValue(folder);
            if (!Directory.Exists(documents))
            {
                throw new DirectoryNotFoundException($"{documents}: there is no such folder; give a folder of documents.");
            }

            OutputPath.Folder(parse.GetValue(output) ?? Path.Combine(documents, PassageIndex.FolderName), output.Name, remedyIfNotEmpty: null);

            IndexOptions? made = parse.GetValue(overwrite) ? null : DocumentIndexer.ReadOptions(parse.GetRequiredValue(folder), parse.GetValue(output));
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
                IndexFolder = parse.GetValue(output),
                ModelPath = model.Model.Given(parse) ?? made?.ModelPath,
                Overwrite = parse.GetValue(overwrite),
            };
            terminal.InterruptedNote = "interrupted; the index is as it was, and the same command begins again.";
            IndexUpdate update;
            using (ProgressLine line = terminal.Progress())
            {
                var progress = new SynchronousProgress<IndexProgress>(
                    at => line.Report("embedding", (double)at.Completed / at.Total, $"{at.Completed:N0} of {at.Total:N0} files, {at.Embedded:N0} passages"));
                update = DocumentIndexer.Update(parse.GetRequiredValue(folder), opened, options, progress, terminal.Interrupted);
            }

            terminal.Warn([.. Unusable(update).Select(file => $"left out: {file.Detail}"), .. opened.TextWarnings]);
            Show(update, parse.GetValue(json), terminal);
        });
        return command;
    }

    private static void Show(IndexUpdate update, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("index", update.IndexFolder);
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
            $"{update.IndexFolder}: {update.Passages:N0} passages of {update.Files:N0} files; {update.Read:N0} files were new or changed, {update.Removed:N0} are gone, {update.Embedded:N0} passages were embedded{(update.Skipped.Count > 0 ? $"; left out: {SkippedFile.Counts(update.Skipped)}" : "")}");
    }

    /// <summary>Documents that should have been read, unlike those that are passed over by what they are called.</summary>
    private static IEnumerable<SkippedFile> Unusable(IndexUpdate update) => update.Skipped
        .Where(file => file.Reason is not (SkipReason.Hidden or SkipReason.Ignored or SkipReason.BuildOutput or SkipReason.Link or SkipReason.UnknownKind));
}

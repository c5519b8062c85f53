using BiGS.Training.Data;

namespace BiGS.Cli.Output;

/// <summary>What became of a corpus, for people and for programs.</summary>
internal static class PreparationReport
{
    public static void Show(Terminal terminal, string folder, PreparationPart part, PreparationResult result, bool asJson)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("folder", folder);
                json.WriteBoolean("finished", result.Manifest is not null);
                json.WriteNumber("files", result.Files);
                json.WriteNumber("files_done", result.Done);
                json.WriteNumber("files_read", result.Read);
                if (result.Manifest is { } whole)
                {
                    json.WriteNumber("documents", whole.Documents);
                    json.WriteNumber("tokens", whole.Tokens);
                    json.WriteNumber("duplicates", whole.Duplicates);
                    json.WriteNumber("shards", whole.Shards.Count);
                    json.WriteString("tokenizer", whole.Tokenizer);
                }
            });
            return;
        }

        string read = result.Read == 0 ? "" : $"; {result.Read:N0} files with {result.Tokens:N0} tokens were read now";
        terminal.Line(result.Manifest is { } manifest
            ? $"{folder}: {manifest.Tokens:N0} tokens in {manifest.Documents:N0} documents of {result.Files:N0} files, {manifest.Duplicates:N0} repeated documents left out{read}"
            : $"{folder}: {result.Done:N0} of {result.Files:N0} files are read{read}");
        terminal.Note(result.Manifest is not null ? $"try: bigs pretrain --corpus {folder}"
            : result.Done == result.Files ? "another process is finishing the folder"
            : part.Count > 1 ? $"this was part {part.Number} of {part.Count}; the last one to end finishes the folder, and so does the command without --part"
            : "other processes are reading the rest; the last one to end finishes the folder");
    }
}

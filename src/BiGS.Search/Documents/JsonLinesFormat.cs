using System.Text.Json;

namespace BiGS.Search.Documents;

/// <summary>JSON Lines: the object in each line is a document. Blank lines are passed over.</summary>
internal static class JsonLinesFormat
{
    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        foreach ((long number, string line) in DocumentText.Lines(DocumentText.Load(path, options)))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Document(line, number, $"'{path}', line {number}", options.TextField);
            }
        }
    }

    private static FileDocument Document(string line, long number, string where, string? textField)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(line);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                ? JsonText.Document(parsed.RootElement, number, where, textField)
                : throw new DocumentException(SkipReason.Unreadable, $"{where}: found a JSON {parsed.RootElement.ValueKind}; expected one JSON object on each line");
        }
        catch (JsonException broken)
        {
            throw new DocumentException(SkipReason.Unreadable, $"{where}, byte {broken.BytePositionInLine}: not JSON; expected one JSON object on each line", broken);
        }
    }
}

using System.Text;
using System.Text.Json;
using BiGS.Files;

namespace BiGS.Search.Documents;

/// <summary>JSON: each object of an array is a document, and so is each of several that follow one another; anything else is one.</summary>
internal static class JsonFormat
{
    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        byte[] json = Encoding.UTF8.GetBytes(DocumentText.Load(path, options));
        List<(long Start, JsonElement Value)> values = JsonObjects.Values(path, json);
        if (!values.TrueForAll(value => value.Value.ValueKind == JsonValueKind.Object))
        {
            return [new FileDocument(1, IsLine: true, string.Join('\n', values.Select(value => JsonText.Fields(value.Value))))];
        }

        var documents = new List<FileDocument>();
        (long line, int at) = (1, 0);
        foreach ((long start, JsonElement value) in values)
        {
            line += json.AsSpan(at, (int)start - at).Count((byte)'\n');
            at = (int)start;
            documents.Add(JsonText.Document(value, line, $"'{path}', line {line}", options.TextField));
        }

        return documents;
    }
}

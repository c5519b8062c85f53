using System.Text.Json;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>A row of a table with the names of its cells; a cell that holds an array or an object holds its JSON.</summary>
internal sealed class ChoiceRow(TableRow row, IReadOnlyList<string> names)
{
    /// <summary>File and row, for messages.</summary>
    public string Where => row.Location;

    /// <summary>Cells of choices without the empty ones at their end: a question with fewer choices than others leaves them out.</summary>
    public static IReadOnlyList<string> Given(IEnumerable<string?> cells)
    {
        string[] all = [.. cells.Select(cell => cell ?? "")];
        return all[..(Array.FindLastIndex(all, cell => !string.IsNullOrWhiteSpace(cell)) + 1)];
    }

    /// <summary>Choices in one cell: <c>["…", "…"]</c>, <c>[{"text": "…", "label": "A"}, …]</c>, or <c>{"text": ["…"], "label": ["A"]}</c>.</summary>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    public static (IReadOnlyList<string> Choices, IReadOnlyList<string>? Labels) ChoicesIn(string? cell, string name, string where)
    {
        JsonElement json = Json(cell, name, where);
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("text", out JsonElement texts) && json.TryGetProperty("label", out JsonElement labels)
            && texts.ValueKind == JsonValueKind.Array && labels.ValueKind == JsonValueKind.Array && texts.GetArrayLength() == labels.GetArrayLength())
        {
            return ([.. texts.EnumerateArray().Select(text => text.ToString())], [.. labels.EnumerateArray().Select(label => label.ToString())]);
        }

        JsonElement[] items = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : throw Strange(name, where, cell);
        if (Array.TrueForAll(items, item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number))
        {
            return ([.. items.Select(item => item.ToString())], null);
        }

        return Array.TrueForAll(items, item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("text", out _) && item.TryGetProperty("label", out _))
            ? ([.. items.Select(item => item.GetProperty("text").ToString())], [.. items.Select(item => item.GetProperty("label").ToString())])
            : throw Strange(name, where, cell);
    }

    /// <summary>The text of a cell; null where the row lacks it.</summary>
    public string? Text(string name)
    {
        int place = names.Select((known, i) => (known, i)).Where(column => string.Equals(column.known, name, StringComparison.OrdinalIgnoreCase)).Select(column => column.i).FirstOrDefault(-1);
        return place < 0 ? null : row.Cells[place];
    }

    /// <summary>The text of a cell.</summary>
    /// <exception cref="InvalidDataException">The row lacks it.</exception>
    public string Needed(string name) => Text(name) ?? throw new InvalidDataException($"{Where}: has no \"{name}\"; add it, or leave out the row");

    /// <inheritdoc cref="ChoicesIn(string?, string, string)"/>
    public (IReadOnlyList<string> Choices, IReadOnlyList<string>? Labels) ChoicesIn(string name) => ChoicesIn(Needed(name), $"\"{name}\"", Where);

    /// <summary>The value of a cell.</summary>
    /// <exception cref="InvalidDataException">It is no JSON.</exception>
    public JsonElement Json(string name) => Json(Needed(name), $"\"{name}\"", Where);

    /// <summary>A field of an object.</summary>
    /// <exception cref="InvalidDataException">It has none of this name.</exception>
    public JsonElement Field(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new InvalidDataException($"{Where}: a JSON {parent.ValueKind} has no \"{name}\"; mend the row");

    private static JsonElement Json(string? cell, string name, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(cell ?? "");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Strange(name, where, cell);
        }
    }

    private static InvalidDataException Strange(string name, string where, string? cell) => new(
        $"{where}: {name} is {(string.IsNullOrEmpty(cell) ? "empty" : cell.Length > 60 ? cell[..60] + "…" : cell)}; expected an array of choices, [\"…\", \"…\"], or of their texts and labels");
}

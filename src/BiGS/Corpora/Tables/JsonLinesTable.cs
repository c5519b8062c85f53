using System.Text.Json;

namespace BiGS.Corpora;

/// <summary>JSON Lines as a table: a field of an object is a column; numbers and truth values are cells as they are written.</summary>
internal static class JsonLinesTable
{
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns)
    {
        bool any = false;
        foreach ((string where, JsonElement row) in JsonLines.Objects(path))
        {
            any = true;
            yield return new TableRow(where, [.. columns.Select(column => Cell(where, path, row, column))]);
        }

        if (!any)
        {
            throw new InvalidDataException($"'{path}' holds no row; expected objects with {string.Join(", ", columns)}");
        }
    }

    private static string? Cell(string where, string path, JsonElement row, Column column)
    {
        foreach (string name in column.Names)
        {
            if (row.TryGetProperty(name, out JsonElement value))
            {
                return value.ValueKind switch
                {
                    JsonValueKind.String => value.GetString(),
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                    _ => throw new InvalidDataException($"{where}: \"{name}\" is a JSON {value.ValueKind}, expected text or a number"),
                };
            }
        }

        return column.Optional ? null : throw TableFile.Missing(path, column, row.EnumerateObject().Select(field => field.Name));
    }
}

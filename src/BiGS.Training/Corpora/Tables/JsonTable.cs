using System.Text.Json;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>JSON objects as a table, one a line or in an array: a field of an object is a column; numbers and truth values are cells as they are written.</summary>
internal static class JsonTable
{
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        bool any = false;
        foreach ((string where, JsonElement row) in Objects(path, options))
        {
            any = true;
            yield return new TableRow(where, [.. columns.Select(column => Wanted(where, path, row, column))]);
        }

        if (!any)
        {
            throw NoRow(path, columns);
        }
    }

    /// <summary>All fields, in the order in which they are met first; what an object lacks is null, and arrays and objects are JSON.</summary>
    public static Table Open(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        string[] names = [.. Objects(path, options).SelectMany(row => row.Object.EnumerateObject().Select(field => field.Name)).Distinct()];
        Index?[] places = names.Length == 0 ? throw NoRow(path, columns) : [.. columns.Select(column => Place(path, column, names))];
        return new Table(
            names, places, Objects(path, options).Select(row => new TableRow(row.Where, [.. names.Select(name => Cell(row.Object, name))]) { Json = row.Object }));
    }

    private static IEnumerable<(string Where, JsonElement Object)> Objects(string path, TableOptions options) => FileNames.ExtensionOf(path) == ".json"
        ? JsonObjects.Read(path, options.Encoding)
        : JsonLines.Objects(path, options.Encoding);

    private static string? Wanted(string where, string path, JsonElement row, Column column)
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

        return column.Optional ? null : throw Missing(path, column, [.. row.EnumerateObject().Select(field => field.Name)], where);
    }

    private static string? Cell(JsonElement row, string name) => !row.TryGetProperty(name, out JsonElement value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };

    private static Index? Place(string path, Column column, string[] names)
    {
        int place = column.Names.Select(name => Array.IndexOf(names, name)).FirstOrDefault(place => place >= 0, -1);
        return place >= 0 ? place : column.Optional ? null : throw Missing(path, column, names, $"'{path}'");
    }

    private static InvalidDataException Missing(string path, Column column, IReadOnlyList<string> names, string where) =>
        TableFile.Missing(path, column, names, column.Names.Count == 0 ? "JSON objects have names: give one" : $"name another, or add it to {where}");

    private static InvalidDataException NoRow(string path, IReadOnlyList<Column> columns) =>
        new($"'{path}' holds no row; expected objects with {string.Join(", ", columns)}");
}

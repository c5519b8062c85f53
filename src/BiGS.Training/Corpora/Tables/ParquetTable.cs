using Parquet;
using Parquet.Schema;

namespace BiGS.Training.Corpora;

/// <summary>Parquet as a table: text and numbers, a row group in memory at a time.</summary>
internal static class ParquetTable
{
    /// <summary>Reads the wanted columns and no others.</summary>
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns) => ReadAsync(path, columns, ParquetColumn.Single).ToBlockingEnumerable();

    /// <summary>All columns that hold one value a row, or a list of values, which is written as JSON; what is nested otherwise is left out.</summary>
    public static Table Open(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        (string[] names, string[] others) = ReadNamesAsync(path).GetAwaiter().GetResult();
        if (others.Length > 0)
        {
            options.Warn?.Invoke($"'{path}': {string.Join(", ", others)} hold neither values nor lists of them, and are left out");
        }

        Index?[] places = [.. columns.Select(column => Place(path, column, names) is var place and >= 0 ? place : (Index?)null)];
        return new Table(names, places, ReadAsync(path, [.. names.Select(name => new Column([name], Optional: true))], ValuesAndLists).ToBlockingEnumerable());
    }

    private static Field[] ValuesAndLists(ParquetSchema schema)
    {
        Field[] known = [.. ParquetColumn.Single(schema), .. ParquetLists.Of(schema)];
        return [.. schema.Fields.Where(known.Contains)];
    }

    private static async Task<(string[] Known, string[] Others)> ReadNamesAsync(string path)
    {
        await using ParquetReader reader = await ParquetColumn.OpenAsync(path);
        string[] names = [.. ValuesAndLists(reader.Schema).Select(field => field.Name)];
        return (names, [.. reader.Schema.Fields.Select(field => field.Name).Except(names)]);
    }

    private static async IAsyncEnumerable<TableRow> ReadAsync(string path, IReadOnlyList<Column> columns, Func<ParquetSchema, Field[]> read)
    {
        await using ParquetReader reader = await ParquetColumn.OpenAsync(path);
        Field[] known = read(reader.Schema);
        string[] names = [.. known.Select(field => field.Name)];
        RefuseOthers(path, reader.Schema, columns, names);
        Func<int, Task<string?[]>>?[] wanted = [.. columns.Select(column => Place(path, column, names) is var place and >= 0 ? Reader(path, reader, known[place]) : null)];
        long row = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            var cells = new string?[]?[wanted.Length];
            for (int i = 0; i < wanted.Length; i++)
            {
                cells[i] = wanted[i] is { } column ? await column(group) : null;
            }

            for (int r = 0; r < cells.Max(column => column?.Length); r++)
            {
                row++;
                string where = $"'{path}', row {row}";
                yield return new TableRow(where, [.. columns.Select((column, i) => cells[i]?[r] is null && !column.Optional
                    ? throw new InvalidDataException($"{where}: column {column} is null; drop the row or fill it")
                    : cells[i]?[r])]);
            }
        }

        if (row == 0)
        {
            throw new InvalidDataException($"'{path}' holds no row; expected a table with {string.Join(", ", columns)}");
        }
    }

    /// <summary>What reads the cells of a row group.</summary>
    private static Func<int, Task<string?[]>> Reader(string path, ParquetReader reader, Field field) => field is DataField { IsArray: false } single
        ? new ParquetColumn(path, reader, single).ReadAsync
        : group => ParquetLists.ReadAsync(reader, group, field, path);

    /// <summary>Refuses a wanted column that holds lists or structures.</summary>
    private static void RefuseOthers(string path, ParquetSchema schema, IReadOnlyList<Column> columns, string[] names)
    {
        if (schema.Fields.FirstOrDefault(field => !names.Contains(field.Name) && columns.Any(column => column.Names.Contains(field.Name) && !column.Names.Any(names.Contains))) is { } other)
        {
            throw new InvalidDataException($"'{path}': column \"{other.Name}\" is a {other.SchemaType.ToString().ToLowerInvariant()}, expected one text or number a row; name another of {string.Join(", ", names)}");
        }
    }

    /// <summary>The number of a column, from 0; −1 where an optional one is not there.</summary>
    private static int Place(string path, Column column, string[] names)
    {
        int place = column.Names.Count == 0 ? column.Number - 1 : column.Names.Select(name => Array.IndexOf(names, name)).FirstOrDefault(place => place >= 0, -1);
        return place >= 0 && place < names.Length ? place : column.Optional ? -1 : throw TableFile.Missing(path, column, names, "name another, or count from 1");
    }
}

using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace BiGS.Corpora;

/// <summary>Parquet as a table: text and numbers, a row group in memory at a time.</summary>
internal static class ParquetTable
{
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns) => ReadAsync(path, columns).ToBlockingEnumerable();

    private static async IAsyncEnumerable<TableRow> ReadAsync(string path, IReadOnlyList<Column> columns)
    {
        await using ParquetReader reader = await ParquetDocuments.OpenAsync(path);
        DataField?[] fields = [.. columns.Select(column => Field(reader.Schema, path, column))];
        long row = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            var cells = new string?[fields.Length][];
            for (int i = 0; i < fields.Length; i++)
            {
                cells[i] = fields[i] is { } field ? await ReadColumn(rows, field, path) : new string?[rows.RowCount];
            }

            for (long r = 0; r < rows.RowCount; r++)
            {
                row++;
                string where = $"'{path}', row {row}";
                yield return new TableRow(where, [.. columns.Select((column, i) => cells[i][r] is null && !column.Optional
                    ? throw new InvalidDataException($"{where}: column {column} is null; drop the row or fill it")
                    : cells[i][r])]);
            }
        }
    }

    private static DataField? Field(ParquetSchema schema, string path, Column column)
    {
        DataField[] known = [.. schema.Fields.OfType<DataField>().Where(field => !field.IsArray)];
        return Array.Find(known, field => column.Names.Contains(field.Name))
            ?? (column.Optional ? null : throw TableFile.Missing(path, column, known.Select(field => field.Name)));
    }

    private static async Task<string?[]> ReadColumn(ParquetRowGroupReader rows, DataField field, string path)
    {
        string?[] texts = new string?[rows.RowCount];
        if (field.ClrType == typeof(ReadOnlyMemory<char>))
        {
            await rows.ReadAsync(field, texts.AsMemory());
            return texts;
        }

        return field.ClrType switch
        {
            var type when type == typeof(long) => await Numbers<long>(rows, field),
            var type when type == typeof(int) => await Numbers<int>(rows, field),
            var type when type == typeof(double) => await Numbers<double>(rows, field),
            var type when type == typeof(float) => await Numbers<float>(rows, field),
            var type when type == typeof(bool) => await Numbers<bool>(rows, field),
            var other => throw new InvalidDataException($"'{path}': column \"{field.Name}\" holds {other.Name}, expected text or numbers; name another"),
        };
    }

    private static async Task<string?[]> Numbers<T>(ParquetRowGroupReader rows, DataField field)
        where T : struct, IConvertible
    {
        if (field.IsNullable)
        {
            T?[] some = new T?[rows.RowCount];
            await rows.ReadAsync<T>(field, some.AsMemory());
            return [.. some.Select(value => value?.ToString(CultureInfo.InvariantCulture))];
        }

        T[] all = new T[rows.RowCount];
        await rows.ReadAsync(field, all.AsMemory());
        return [.. all.Select(value => value.ToString(CultureInfo.InvariantCulture))];
    }
}

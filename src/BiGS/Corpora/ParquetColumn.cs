using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace BiGS.Corpora;

/// <summary>A column of a Parquet file as text, a row group at a time: what documents and tables have in common.</summary>
internal static class ParquetColumn
{
    /// <exception cref="InvalidDataException">The file is not Parquet, or not whole.</exception>
    public static async Task<ParquetReader> OpenAsync(string path)
    {
        FileStream stream = File.OpenRead(path);
        try
        {
            return await ParquetReader.CreateAsync(stream);
        }
        catch (Exception broken)
        {
            await stream.DisposeAsync();
            throw new InvalidDataException($"'{path}' cannot be read as Parquet ({broken.Message}); check that the file is complete", broken);
        }
    }

    /// <summary>The columns of a file that hold one value a row.</summary>
    public static DataField[] Single(ParquetSchema schema) => [.. schema.Fields.OfType<DataField>().Where(field => !field.IsArray)];

    /// <summary>The cells of a row group, numbers as they are written in JSON; null where a value is.</summary>
    /// <exception cref="InvalidDataException">The column holds something else, or cannot be read: says why.</exception>
    public static async Task<string?[]> ReadAsync(ParquetReader reader, int group, DataField field, string path)
    {
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
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

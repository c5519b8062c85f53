using System.Globalization;
using System.Text.Unicode;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace BiGS.Training.Corpora;

/// <summary>A column of a Parquet file as text, a row group at a time: what documents and tables have in common.</summary>
internal sealed class ParquetColumn(string path, ParquetReader reader, DataField column)
{
    /// <summary>Whether it holds text: strings, or bytes that are not marked as text and may be.</summary>
    public bool IsText => column.ClrType == typeof(ReadOnlyMemory<char>) || column.ClrType == typeof(ReadOnlyMemory<byte>);

    /// <summary>What it holds, as messages name it.</summary>
    public string TypeName => column.ClrType.Name;

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
            throw new InvalidDataException($"'{path}' cannot be read as Parquet ({OneLine(broken)}); check that the file is complete", broken);
        }
    }

    /// <summary>The columns of a file that hold one value a row.</summary>
    public static DataField[] Single(ParquetSchema schema) => [.. schema.Fields.OfType<DataField>().Where(field => !field.IsArray)];

    /// <summary>The cells of a row group, in the order of its rows, numbers and dates in invariant form; null where a value is.</summary>
    /// <exception cref="InvalidDataException">The column cannot be read, or holds no text: names file, column and reason.</exception>
    public async Task<string?[]> ReadAsync(int group)
    {
        if (column.ClrType == typeof(ReadOnlyMemory<byte>))
        {
            return [.. (await ReadAsync<byte[]?>(group, (rows, values) => rows.ReadAsync(column, values!))).Select((bytes, row) => Decoded(bytes, group, row))];
        }

        return column.ClrType == typeof(ReadOnlyMemory<char>)
            ? await ReadAsync<string?>(group, (rows, values) => rows.ReadAsync(column, values))
            : await ReadWrittenAsync(group);
    }

    private Task<string?[]> ReadWrittenAsync(int group) => column.ClrType switch
    {
        var type when type == typeof(bool) => ReadWrittenAsync<bool>(group),
        var type when type == typeof(sbyte) => ReadWrittenAsync<sbyte>(group),
        var type when type == typeof(byte) => ReadWrittenAsync<byte>(group),
        var type when type == typeof(short) => ReadWrittenAsync<short>(group),
        var type when type == typeof(ushort) => ReadWrittenAsync<ushort>(group),
        var type when type == typeof(int) => ReadWrittenAsync<int>(group),
        var type when type == typeof(uint) => ReadWrittenAsync<uint>(group),
        var type when type == typeof(long) => ReadWrittenAsync<long>(group),
        var type when type == typeof(ulong) => ReadWrittenAsync<ulong>(group),
        var type when type == typeof(float) => ReadWrittenAsync<float>(group),
        var type when type == typeof(double) => ReadWrittenAsync<double>(group),
        var type when type == typeof(decimal) => ReadWrittenAsync<decimal>(group),
        var type when type == typeof(DateTime) => ReadWrittenAsync<DateTime>(group),
        var type when type == typeof(DateOnly) => ReadWrittenAsync<DateOnly>(group),
        var type when type == typeof(TimeOnly) => ReadWrittenAsync<TimeOnly>(group),
        var type when type == typeof(TimeSpan) => ReadWrittenAsync<TimeSpan>(group),
        var type when type == typeof(Guid) => ReadWrittenAsync<Guid>(group),
        _ => throw new InvalidDataException($"'{path}': column \"{column.Name}\" holds {TypeName}, expected text or numbers; name another"),
    };

    private async Task<string?[]> ReadWrittenAsync<T>(int group)
        where T : struct
    {
        if (column.IsNullable)
        {
            return [.. (await ReadAsync<T?>(group, (rows, values) => rows.ReadAsync<T>(column, values))).Select(value => value is { } given ? ReadWrittenAsync(given) : null)];
        }

        return [.. (await ReadAsync<T>(group, (rows, values) => rows.ReadAsync(column, values))).Select(value => ReadWrittenAsync(value))];
    }

    private static string ReadWrittenAsync<T>(T value)
        where T : struct => value switch
        {
            DateTime time => time.ToString("s", CultureInfo.InvariantCulture),
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    /// <summary>The values of a row group; whatever the reader finds amiss, it is said of which column.</summary>
    private async Task<T[]> ReadAsync<T>(int group, Func<ParquetRowGroupReader, Memory<T>, ValueTask> read)
    {
        try
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            T[] values = new T[rows.RowCount];
            await read(rows, values);
            return values;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            throw new InvalidDataException(
                $"'{path}': column \"{column.Name}\" cannot be read ({Reason(broken, group)}); check that the file is complete, or write it again with plain encodings", broken);
        }
    }

    private string Reason(Exception broken, int group)
    {
        ColumnMetaData? stored = reader.Metadata?.RowGroups[group].Columns.Select(chunk => chunk.MetaData).FirstOrDefault(chunk => chunk?.PathInSchema is [var name] && name == column.Name);
        string how = stored is null ? "" : $", stored as {stored.Type} in {string.Join(" and ", stored.Encodings)} with {stored.Codec} compression";
        return broken is DivideByZeroException && column.ClrType == typeof(bool)
            ? $"truth values in data pages of version 2 are not supported{how}"
            : $"{OneLine(broken)}{how}";
    }

    private string? Decoded(byte[]? bytes, int group, int row) => bytes is null ? null
        : Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes)
        : throw new InvalidDataException($"'{path}': column \"{column.Name}\" holds bytes that are no UTF-8, such as row {row + 1} of row group {group + 1}; name another, or write it as text");

    private static string OneLine(Exception broken) => broken.Message.ReplaceLineEndings(" ").TrimEnd('.');
}

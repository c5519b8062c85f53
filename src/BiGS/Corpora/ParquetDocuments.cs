using Parquet;
using Parquet.Schema;

namespace BiGS.Corpora;

/// <summary>Parquet: one document a row, from one text column, a row group in memory at a time.</summary>
internal static class ParquetDocuments
{
    public static IEnumerable<string> Read(string path, string column) => ReadAsync(path, column).ToBlockingEnumerable();

    private static async IAsyncEnumerable<string> ReadAsync(string path, string column)
    {
        await using ParquetReader reader = await ParquetColumn.OpenAsync(path);
        DataField field = TextColumn(reader.Schema, path, column);
        long row = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            foreach (string? text in await ReadGroupAsync(reader, group, field, path))
            {
                row++;
                yield return text ?? throw new InvalidDataException(
                    $"'{path}', row {row}: column \"{column}\" is null; drop the row or fill it");
            }
        }
    }

    private static async Task<string?[]> ReadGroupAsync(ParquetReader reader, int group, DataField field, string path)
    {
        try
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            string?[] texts = new string?[rows.RowCount];
            await rows.ReadAsync(field, texts.AsMemory());
            return texts;
        }
        catch (Exception broken)
        {
            throw Broken(path, broken);
        }
    }

    private static DataField TextColumn(ParquetSchema schema, string path, string column)
    {
        string known = string.Join(", ", schema.Fields.Select(field => field.Name));
        Field found = schema.Fields.FirstOrDefault(field => field.Name == column)
            ?? throw new InvalidDataException(
                $"'{path}' has no column \"{column}\" but {known}; name the one that holds the text (--text-field, or CorpusOptions.TextField)");
        return found is DataField { IsArray: false } text && text.ClrType == typeof(ReadOnlyMemory<char>)
            ? text
            : throw new InvalidDataException(
                $"'{path}': column \"{column}\" is {Describe(found)}, expected text; name another of {known} (--text-field, or CorpusOptions.TextField)");
    }

    private static string Describe(Field field) => field switch
    {
        DataField { IsArray: true } => "an array",
        DataField data when data.ClrType == typeof(ReadOnlyMemory<byte>) => "raw bytes, not marked as UTF-8",
        DataField data => data.ClrType.Name,
        _ => $"a {field.SchemaType}".ToLowerInvariant(),
    };

    private static InvalidDataException Broken(string path, Exception cause) =>
        new($"'{path}' cannot be read as Parquet ({cause.Message}); check that the file is complete", cause);
}

using Parquet;
using Parquet.Schema;

namespace BiGS.Training.Corpora;

/// <summary>Parquet: one document a row, from one text column, a row group in memory at a time.</summary>
internal static class ParquetDocuments
{
    public static IEnumerable<string> Read(string path, string column) => ReadAsync(path, column).ToBlockingEnumerable();

    private static async IAsyncEnumerable<string> ReadAsync(string path, string column)
    {
        await using ParquetReader reader = await ParquetColumn.OpenAsync(path);
        ParquetColumn text = TextColumn(reader, path, column);
        long row = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            foreach (string? document in await text.ReadAsync(group))
            {
                row++;
                yield return document ?? throw new InvalidDataException(
                    $"'{path}', row {row}: column \"{column}\" is null; drop the row or fill it");
            }
        }
    }

    private static ParquetColumn TextColumn(ParquetReader reader, string path, string column)
    {
        string known = string.Join(", ", reader.Schema.Fields.Select(field => field.Name));
        Field found = reader.Schema.Fields.FirstOrDefault(field => field.Name == column)
            ?? throw new InvalidDataException(
                $"'{path}' has no column \"{column}\" but {known}; name the one that holds the text (CorpusOptions.TextField)");
        ParquetColumn? single = found is DataField { IsArray: false } data ? new ParquetColumn(path, reader, data) : null;
        return single is { IsText: true }
            ? single
            : throw new InvalidDataException(
                $"'{path}': column \"{column}\" is {single?.TypeName ?? Described(found)}, expected text; name another of {known} (CorpusOptions.TextField)");
    }

    private static string Described(Field field) => field is DataField ? "an array" : $"a {field.SchemaType}".ToLowerInvariant();
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace BiGS.Training.Corpora;

/// <summary>
/// Columns of a Parquet file that hold lists of texts or numbers, or objects of such lists, as JSON: <c>["…", "…"]</c>, <c>{"text": ["…"], "label": ["…"]}</c>.
/// This is how Hugging Face's data sets hold words with their tags, and choices with their labels.
/// </summary>
internal static class ParquetLists
{
    private const string FeaturesKey = "huggingface";

    /// <summary>The columns of a file that are lists, or objects of lists.</summary>
    public static Field[] Of(ParquetSchema schema) =>
        [.. schema.Fields.Where(field => IsList(field) || (field is StructField { Fields.Count: > 0 } parts && parts.Fields.All(IsList)))];

    /// <summary>The cells of a row group.</summary>
    /// <exception cref="InvalidDataException">A list holds something else than texts and numbers, or cannot be read.</exception>
    public static async Task<string?[]> ReadAsync(ParquetReader reader, int group, Field field, string path)
    {
        if (IsList(field))
        {
            return [.. (await ReadListAsync(reader, group, field, path)).Select(list => list.ToJsonString())];
        }

        IReadOnlyList<Field> parts = ((StructField)field).Fields;
        var lists = new JsonArray[parts.Count][];
        for (int i = 0; i < lists.Length; i++)
        {
            lists[i] = await ReadListAsync(reader, group, parts[i], path);
        }

        return [.. Enumerable.Range(0, lists[0].Length).Select(row =>
            new JsonObject(parts.Select((part, i) => KeyValuePair.Create(part.Name, (JsonNode?)lists[i][row]))).ToJsonString())];
    }

    /// <summary>The names that a column's numbers stand for, where the file says so, as Hugging Face's data sets do (ClassLabel); null where it does not.</summary>
    public static async Task<IReadOnlyList<string>?> ClassNamesAsync(string path, string column)
    {
        await using ParquetReader reader = await ParquetColumn.OpenAsync(path);
        try
        {
            JsonNode? feature = reader.CustomMetadata.TryGetValue(FeaturesKey, out string? json) ? JsonNode.Parse(json)?["info"]?["features"]?[column] : null;
            return (feature?["feature"] ?? feature)?["names"] is JsonArray names ? [.. names.Select(name => name!.GetValue<string>())] : null;
        }
        catch (Exception strange) when (strange is JsonException or InvalidOperationException)
        {
            return null; // the note is no part of the data, and others write what they like there
        }
    }

    private static bool IsList(Field field) => field is DataField { IsArray: true } or ListField { Item: DataField };

    private static async Task<JsonArray[]> ReadListAsync(ParquetReader reader, int group, Field field, string path)
    {
        DataField items = field is ListField list ? (DataField)list.Item : (DataField)field;
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
        return items.ClrType switch
        {
            var type when type == typeof(ReadOnlyMemory<char>) => await ReadAsync<ReadOnlyMemory<char>>(rows, items, path, text => text.ToString()),
            var type when type == typeof(ReadOnlyMemory<byte>) => await ReadAsync<ReadOnlyMemory<byte>>(rows, items, path, text => Encoding.UTF8.GetString(text.Span)),
            var type when type == typeof(long) => await ReadAsync<long>(rows, items, path, number => number),
            var type when type == typeof(int) => await ReadAsync<int>(rows, items, path, number => number),
            var type when type == typeof(short) => await ReadAsync<short>(rows, items, path, number => number),
            var type when type == typeof(double) => await ReadAsync<double>(rows, items, path, number => number),
            var type when type == typeof(float) => await ReadAsync<float>(rows, items, path, number => number),
            var type when type == typeof(bool) => await ReadAsync<bool>(rows, items, path, number => number),
            var other => throw new InvalidDataException($"'{path}': column \"{field.Name}\" holds lists of {other.Name}, expected texts or numbers; name another"),
        };
    }

    /// <summary>A repetition level of 0 begins a row; a value is there where its definition level is the highest, and null one below, if it may be null.</summary>
    private static async Task<JsonArray[]> ReadAsync<T>(ParquetRowGroupReader rows, DataField items, string path, Func<T, JsonNode?> toJson)
        where T : struct
    {
        using RawColumnData<T> column = await RawAsync<T>(rows, items, path);
        var lists = new List<JsonArray>();
        int next = 0;
        for (int i = 0; i < column.RepetitionLevels.Length; i++)
        {
            if (column.RepetitionLevels[i] == 0)
            {
                lists.Add([]);
            }

            int level = items.MaxDefinitionLevel == 0 ? 0 : column.DefinitionLevels[i];
            if (level == items.MaxDefinitionLevel)
            {
                lists[^1].Add(toJson(column.Values[next++]));
            }
            else if (items.IsNullable && level == items.MaxDefinitionLevel - 1)
            {
                lists[^1].Add(null);
            }
        }

        return [.. lists];
    }

    private static async Task<RawColumnData<T>> RawAsync<T>(ParquetRowGroupReader rows, DataField items, string path)
        where T : struct
    {
        try
        {
            return (RawColumnData<T>)await rows.ReadRawColumnDataBaseAsync(items);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            throw new InvalidDataException(
                $"'{path}': column \"{items.Path}\" cannot be read ({broken.Message.ReplaceLineEndings(" ").TrimEnd('.')}); check that the file is complete, or write it again with plain encodings", broken);
        }
    }
}

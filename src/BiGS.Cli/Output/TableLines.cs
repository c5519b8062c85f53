using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BiGS.Training.Corpora;

namespace BiGS.Cli.Output;

/// <summary>The rows of a table with a model's columns behind them, as lines of text.</summary>
internal abstract class TableLines<T>
    where T : class
{
    /// <summary>The names of all columns; null where the lines have none.</summary>
    public abstract string? Header { get; }

    /// <summary>Refuses a row that these lines cannot hold, before any answer is computed.</summary>
    /// <exception cref="InvalidDataException">A cell of it.</exception>
    public abstract void Check(TableRow row);

    /// <param name="row">All its cells.</param>
    /// <param name="answer">Null for none: the added cells are then empty.</param>
    public abstract string Row(TableRow row, T? answer);
}

/// <summary>Lines of .csv or .tsv. A table without names keeps none.</summary>
internal sealed class DelimitedTableLines<T>(Table table, char delimiter, IReadOnlyList<AddedColumn<T>> added) : TableLines<T>
    where T : class
{
    /// <inheritdoc/>
    public override string? Header => table.Names is { } names ? DelimitedText.Line([.. names, .. added.Select(column => column.Name)], delimiter) : null;

    /// <inheritdoc/>
    public override void Check(TableRow row)
    {
        for (int i = 0; i < row.Cells.Count; i++)
        {
            if (!DelimitedText.CanHold(row.Cells[i], delimiter))
            {
                string column = table.Names is { } names ? $"\"{names[i]}\"" : $"number {i + 1}";
                throw new InvalidDataException(
                    $"{row.Location}: column {column} holds a tab or a line end, which a table of tabs cannot hold; write the answers to a .csv or .jsonl file with --out");
            }
        }
    }

    /// <inheritdoc/>
    public override string Row(TableRow row, T? answer)
    {
        IEnumerable<string?> missing = Enumerable.Repeat<string?>(null, Math.Max(0, (table.Names?.Count ?? 0) - row.Cells.Count));
        return DelimitedText.Line([.. row.Cells, .. missing, .. added.Select(column => answer is null ? null : column.Cell(answer))], delimiter);
    }
}

/// <summary>A JSON object a row: an object of the file as it is there, with the model's fields behind its own.</summary>
internal sealed class JsonTableLines<T>(Table table, IReadOnlyList<AddedColumn<T>> added) : TableLines<T>
    where T : class
{
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new();

    /// <inheritdoc/>
    public override string? Header => null;

    /// <inheritdoc/>
    public override void Check(TableRow row)
    {
    }

    /// <inheritdoc/>
    public override string Row(TableRow row, T? answer)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, OneLine))
        {
            json.WriteStartObject();
            if (row.Json is { } fields)
            {
                foreach (JsonProperty field in fields.EnumerateObject())
                {
                    field.WriteTo(json);
                }
            }
            else
            {
                WriteCells(json, row);
            }

            foreach (AddedColumn<T> column in added)
            {
                json.WritePropertyName(column.Name);
                if (answer is null)
                {
                    json.WriteNullValue();
                }
                else
                {
                    column.Write(json, answer);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(_line.WrittenSpan);
    }

    private void WriteCells(Utf8JsonWriter json, TableRow row)
    {
        for (int i = 0; i < Math.Max(row.Cells.Count, table.Names?.Count ?? 0); i++)
        {
            json.WriteString(table.Names is { } names ? names[i] : $"column_{i + 1}", i < row.Cells.Count ? row.Cells[i] : null);
        }
    }
}

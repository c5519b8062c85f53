using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BiGS.Pipelines;
using BiGS.Training.Corpora;

namespace BiGS.Cli.Output;

/// <summary>
/// A table whose texts a model answers, row by row, into the same table with columns added. It is read twice: first all rows are checked, so that
/// nothing is computed for a table that cannot be finished; then they are answered in batches, so that few are in memory at a time.
/// </summary>
internal sealed class TextTable
{
    /// <summary>Rows of a batch: enough for the model to find some of similar length.</summary>
    private const int BatchRows = 512;

    /// <summary>Before the names of the added columns where the table has one of these names already.</summary>
    private const string Prefix = "predicted_";

    private readonly Table _table;
    private readonly Index _text;
    private readonly Index? _pair;

    /// <param name="path">The table.</param>
    /// <param name="text">The column of the texts.</param>
    /// <param name="pair">The column of the second texts; null for none.</param>
    /// <param name="options">How the file is read.</param>
    public TextTable(string path, Column text, Column? pair, TableOptions options)
    {
        Path = path;
        _table = TableFile.Open(path, pair is null ? [text] : [text, pair], options);
        _text = _table.Places[0]!.Value;
        _pair = pair is null ? null : _table.Places[1]!.Value;
    }

    public string Path { get; }

    /// <summary>The file to write; null for standard output.</summary>
    public string? Output { get; init; }

    /// <summary>What is written.</summary>
    public TableFormat Format { get; init; }

    /// <summary>What stands between the cells that are written; null for JSON Lines. A .csv of semicolons stays one.</summary>
    private char? Delimiter => (Format, _table.Delimiter) switch
    {
        (TableFormat.JsonLines, _) => null,
        (_, { } own) when Output is null => own,
        (TableFormat.Csv, { } own and not '\t') => own,
        (TableFormat.Csv, _) => ',',
        _ => '\t',
    };

    /// <summary>Whether a row with an empty text gets empty cells and is not refused.</summary>
    public bool AllowsEmpty { get; init; }

    /// <summary>Writes the table with a model's answers.</summary>
    /// <param name="columns">What the model adds.</param>
    /// <param name="answer">Answers texts, in their order.</param>
    /// <param name="limit">How long a text may be; null for any length.</param>
    /// <param name="terminal">Shows how far it has come, and may interrupt.</param>
    /// <exception cref="InvalidDataException">A text is empty or too long, or the output cannot hold a cell.</exception>
    public void Answer<T>(
        IReadOnlyList<AddedColumn<T>> columns, Func<IReadOnlyList<ModelText>, IReadOnlyList<T>> answer, TextLimit? limit, Terminal terminal)
        where T : class
    {
        if (_table.Names is null)
        {
            terminal.Note($"'{Path}': its columns are counted, and the first line is a row like the others; name the columns where that line holds their names");
        }

        IReadOnlyList<AddedColumn<T>> added = Named(columns, terminal);
        TableLines<T> lines = Delimiter is { } delimiter ? new DelimitedTableLines<T>(_table, delimiter, added) : new JsonTableLines<T>(_table, added);
        long count = Check(lines, limit, terminal);
        using ProgressLine progress = terminal.Progress();
        Write(terminal, write =>
        {
            if (lines.Header is { } header)
            {
                write(header);
            }

            long done = 0;
            foreach (TableRow[] rows in _table.Rows.Chunk(BatchRows))
            {
                terminal.Interrupted.ThrowIfCancellationRequested();
                var answers = new Queue<T>(answer([.. rows.Where(row => !IsEmpty(row)).Select(Text)]));
                foreach (TableRow row in rows)
                {
                    write(lines.Row(row, IsEmpty(row) ? null : answers.Dequeue()));
                }

                done += rows.Length;
                progress.Report("answering", (double)done / count, $"{done:N0} of {count:N0} rows");
            }
        });
    }

    /// <summary>The added columns under names that are free.</summary>
    private IReadOnlyList<AddedColumn<T>> Named<T>(IReadOnlyList<AddedColumn<T>> columns, Terminal terminal)
    {
        if (columns.FirstOrDefault(column => IsTaken(column.Name)) is not { } taken)
        {
            return columns;
        }

        AddedColumn<T>[] renamed = [.. columns.Select(column => column with { Name = Prefix + column.Name })];
        if (renamed.FirstOrDefault(column => IsTaken(column.Name)) is { } again)
        {
            throw new InvalidDataException($"'{Path}' has the columns \"{taken.Name}\" and \"{again.Name}\" already, and the answers need one of these names; rename a column");
        }

        terminal.Note($"'{Path}' has a column \"{taken.Name}\"; the answers are named {string.Join(", ", renamed.Select(column => column.Name))}");
        return renamed;
    }

    private bool IsTaken(string name) => _table.Names?.Contains(name) == true;

    /// <summary>Counts the rows, and refuses what could not be answered or written.</summary>
    private long Check<T>(TableLines<T> lines, TextLimit? limit, Terminal terminal)
        where T : class
    {
        (long count, long empty, long tooLong) = (0, 0, 0);
        (string firstEmpty, string firstLong) = ("", "");
        foreach (TableRow row in _table.Rows)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            RequireText(row);
            lines.Check(row);
            count++;
            if (IsEmpty(row))
            {
                firstEmpty = empty++ == 0 ? row.Location : firstEmpty;
            }
            else if (limit is not null && limit.CountTokens(Text(row)) is var tokens && tokens > limit.MaxTokens)
            {
                firstLong = tooLong++ == 0 ? $"{row.Location}: the text has {tokens} tokens" : firstLong;
            }
        }

        if (empty > 0 && !AllowsEmpty)
        {
            throw new InvalidDataException($"{firstEmpty}: the text is empty{Others(empty)}; fill it, drop the row, or give --allow-empty to leave such rows without an answer");
        }

        return tooLong == 0
            ? count
            : throw new InvalidDataException($"{firstLong}, and the model reads at most {limit!.MaxTokens}{Others(tooLong)}; shorten it, or give --truncate");
    }

    private void RequireText(TableRow row)
    {
        foreach (Index place in _pair is { } pair ? [_text, pair] : (Index[])[_text])
        {
            if (row.Json is { } fields && _table.Names![place] is var name
                && fields.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                throw new InvalidDataException($"{row.Location}: \"{name}\" is a JSON {value.ValueKind}; expected a text");
            }
        }
    }

    private static string Others(long count) => count == 1 ? "" : $" (so it is in {count:N0} rows)";

    private string? Cell(TableRow row, Index place) =>
        place.GetOffset(row.Cells.Count) is var at && at >= 0 && at < row.Cells.Count ? row.Cells[at] : null;

    private bool IsEmpty(TableRow row) => string.IsNullOrWhiteSpace(Cell(row, _text)) || (_pair is { } pair && string.IsNullOrWhiteSpace(Cell(row, pair)));

    private ModelText Text(TableRow row) => new(Cell(row, _text)!, _pair is { } pair ? Cell(row, pair) : null);

    /// <summary>Into a file beside its place, renamed once it is whole; or to standard output, line by line.</summary>
    private void Write(Terminal terminal, Action<Action<string>> content)
    {
        if (Output is null)
        {
            content(terminal.Line);
            return;
        }

        string full = System.IO.Path.GetFullPath(Output);
        string partial = full + ".partial";
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        try
        {
            using (Stream file = File.Create(partial))
            using (Stream bytes = full.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Optimal) : file)
            using (var writer = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" })
            {
                content(writer.WriteLine);
            }

            File.Move(partial, full, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}

/// <summary>How a table is written.</summary>
internal enum TableFormat
{
    /// <summary>Cells between commas, quoted by RFC 4180.</summary>
    Csv,

    /// <summary>Cells between tabs.</summary>
    Tsv,

    /// <summary>A JSON object a row.</summary>
    JsonLines,
}

/// <summary>How long a text may be for a model that refuses longer ones.</summary>
/// <param name="CountTokens">The tokens of a text, [CLS] and [SEP] among them.</param>
/// <param name="MaxTokens">What the model reads at once.</param>
internal sealed record TextLimit(Func<ModelText, int> CountTokens, int MaxTokens);

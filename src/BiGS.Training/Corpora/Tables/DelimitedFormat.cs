using System.Text;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>How the lines of a table are cut into cells.</summary>
/// <param name="Delimiter">What stands between cells.</param>
/// <param name="Quoted">Whether cells may stand in quotes (RFC 4180), or a quote is a character like others.</param>
/// <param name="LeadingLines">Lines before the first row: spreadsheets write <c>sep=;</c> where the delimiter is not the usual one.</param>
internal sealed record DelimitedFormat(char Delimiter, bool Quoted, int LeadingLines = 0)
{
    private const int SampledLines = 1_000;
    private const int SampledCharacters = 1 << 20;
    private const char Tab = '\t';

    private static readonly char[] Known = [',', ';', Tab, '|'];

    /// <summary>
    /// Recognises the format from the first lines. The extension's own delimiter (a comma for .csv, else a tab) stays unless another one gives the wanted
    /// names, or cuts more rows into as many cells as the first.
    /// </summary>
    public static DelimitedFormat Of(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        bool isCsv = FileNames.ExtensionOf(path) == ".csv";
        char own = isCsv ? ',' : Tab;
        (long, string Text)[] sample = Sample(path, options.Encoding);
        if (sample is [(_, ['s', 'e', 'p', '=', char said]), ..])
        {
            return new DelimitedFormat(options.Delimiter ?? said, Quoted: true, LeadingLines: 1);
        }

        DelimitedFormat With(char delimiter) => new(delimiter, options.Quoted ?? (delimiter != Tab || AreTabsQuoted(sample, isCsv)));
        if (options.Delimiter is { } given)
        {
            return With(given);
        }

        (DelimitedFormat Format, string[][] Rows)[] candidates = [.. Known.OrderBy(delimiter => delimiter != own).Select(With).Select(format => (format, Rows(sample, format)))];
        DelimitedFormat chosen = candidates.FirstOrDefault(candidate => candidate.Rows is [var first, ..] && DelimitedTable.AreNames(first, columns)).Format
            ?? (IsOneColumn(candidates[0].Rows, columns) ? candidates[0].Format : candidates.MaxBy(candidate => Regularity(candidate.Rows)).Format);
        if (chosen.Delimiter != own)
        {
            options.Warn?.Invoke($"'{path}': its cells seem to be separated by {Named(chosen.Delimiter)}, not by {Named(own)}, and are read so; if that is wrong, name the delimiter (TableOptions.Delimiter)");
        }

        return chosen;
    }

    /// <summary>A delimiter as a message names it.</summary>
    public static string Named(char delimiter) => delimiter == Tab ? "tabs" : $"\"{delimiter}\"";

    private static (long, string Text)[] Sample(string path, Encoding? encoding)
    {
        using TextLines lines = new(path, encoding);
        var sample = new List<(long, string)>();
        for (int characters = 0; sample.Count < SampledLines && characters < SampledCharacters && lines.Advance();)
        {
            sample.Add((lines.LineNumber, lines.Text()));
            characters += sample[^1].Item2.Length;
        }

        return [.. sample];
    }

    /// <summary>The rows of the sample that are whole.</summary>
    private static string[][] Rows((long, string)[] sample, DelimitedFormat format)
    {
        var rows = new List<string[]>();
        try
        {
            rows.AddRange(DelimitedLines.Cut("", sample, format).Select(row => row.Cells));
        }
        catch (InvalidDataException)
        {
            // The sample may end within quotes; where the file does too, whoever reads it to the end says so.
        }

        return [.. rows];
    }

    /// <summary>The share of the rows with as many cells as the first; 0 where that has one.</summary>
    private static double Regularity(string[][] rows) => rows is [{ Length: > 1 } first, ..] ? (double)rows.Count(row => row.Length == first.Length) / rows.Length : 0;

    /// <summary>Whether the first column is all that is wanted, and there seem to be no others.</summary>
    private static bool IsOneColumn(string[][] rows, IReadOnlyList<Column> columns) =>
        rows is [{ Length: 1 }, ..] && columns.All(column => column.Optional || column.Number == 1);

    /// <summary>
    /// Whether quotes around the cells between tabs are a spreadsheet's, and no part of the text: every quote stands where RFC 4180 has one, and some cell
    /// needs them, or all names have them.
    /// </summary>
    /// <param name="sample">The first lines.</param>
    /// <param name="unlessRefuted">Whether quotes count as a spreadsheet's without a cell that needs them.</param>
    private static bool AreTabsQuoted((long, string Text)[] sample, bool unlessRefuted)
    {
        bool isOpen = false;
        bool isNeeded = unlessRefuted || (sample is [(_, ['"', .., '"'] names), ..] && names.Split(Tab).All(name => name is ['"', .., '"']));
        foreach ((_, string line) in sample)
        {
            isNeeded |= isOpen;
            for (int i = 0; i < line.Length; i++)
            {
                bool atStart = i == 0 || line[i - 1] == Tab;
                if (line[i] != '"')
                {
                    isNeeded |= isOpen && line[i] == Tab;
                }
                else if (!isOpen)
                {
                    if (!atStart)
                    {
                        return false;
                    }

                    isOpen = true;
                }
                else if (i + 1 < line.Length && line[i + 1] == '"')
                {
                    isNeeded = true;
                    i++;
                }
                else if (i + 1 == line.Length || line[i + 1] == Tab)
                {
                    isOpen = false;
                }
                else
                {
                    return false;
                }
            }
        }

        return isNeeded && (!isOpen || sample.Length == SampledLines);
    }
}

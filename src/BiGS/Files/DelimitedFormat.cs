namespace BiGS.Files;

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
    /// <param name="sample">The first lines (<see cref="Sample"/>).</param>
    /// <param name="isCsv">Whether the extension says that cells are separated by commas; tabs otherwise.</param>
    /// <param name="delimiter">The delimiter where it is known.</param>
    /// <param name="quoted">Whether cells may stand in quotes, where it is known.</param>
    /// <param name="areNames">Whether a first row holds the names of the wanted columns; null where any will do.</param>
    /// <param name="mayBeOneColumn">Whether a table of one column would do.</param>
    public static DelimitedFormat Recognize(
        (long, string Text)[] sample, bool isCsv, char? delimiter = null, bool? quoted = null, Func<string[], bool>? areNames = null, bool mayBeOneColumn = false)
    {
        if (sample is [(_, ['s', 'e', 'p', '=', char said]), ..])
        {
            return new DelimitedFormat(delimiter ?? said, Quoted: true, LeadingLines: 1);
        }

        DelimitedFormat With(char cut) => new(cut, quoted ?? (cut != Tab || AreTabsQuoted(sample, isCsv)));
        if (delimiter is { } given)
        {
            return With(given);
        }

        char own = Usual(isCsv);
        (DelimitedFormat Format, string[][] Rows)[] candidates = [.. Known.OrderBy(known => known != own).Select(With).Select(format => (format, Rows(sample, format)))];
        return candidates.FirstOrDefault(candidate => candidate.Rows is [var first, ..] && areNames?.Invoke(first) == true).Format
            ?? (mayBeOneColumn && candidates[0].Rows is [{ Length: 1 }, ..] ? candidates[0].Format : candidates.MaxBy(candidate => Regularity(candidate.Rows)).Format);
    }

    /// <summary>The delimiter that an extension promises.</summary>
    public static char Usual(bool isCsv) => isCsv ? ',' : Tab;

    /// <summary>As many of the first lines as are looked at.</summary>
    public static (long Number, string Text)[] Sample(IEnumerable<(long Number, string Text)> lines)
    {
        int characters = 0;
        return [.. lines.Take(SampledLines).TakeWhile(line => (characters += line.Text.Length) - line.Text.Length < SampledCharacters)];
    }

    /// <summary>A delimiter as a message names it.</summary>
    public static string Named(char delimiter) => delimiter == Tab ? "tabs" : $"\"{delimiter}\"";

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

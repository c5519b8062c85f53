using System.Text;

namespace BiGS.Files;

/// <summary>Lines cut into cells. Blank lines are passed over.</summary>
internal static class DelimitedLines
{
    /// <summary>The rows of a file, each with the line that it begins in.</summary>
    /// <exception cref="InvalidDataException">A quote is never closed, or closed in a later line before more text.</exception>
    public static IEnumerable<(long Line, string[] Cells)> Read(string path, DelimitedFormat format, Encoding? encoding) =>
        Cut(path, TextFile.Lines(path, encoding), format);

    /// <summary>The same, of lines that are at hand.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<(long Line, string[] Cells)> Cut(string path, IEnumerable<(long Number, string Text)> lines, DelimitedFormat format)
    {
        IEnumerable<(long, string)> rows = lines.Skip(format.LeadingLines);
        return format.Quoted ? Quoted(path, rows, format.Delimiter) : Plain(rows, format.Delimiter);
    }

    /// <summary>Cells between delimiters, as they are.</summary>
    private static IEnumerable<(long Line, string[] Cells)> Plain(IEnumerable<(long Number, string Text)> lines, char delimiter) =>
        lines.Where(line => !string.IsNullOrWhiteSpace(line.Text)).Select(line => (line.Number, line.Text.Split(delimiter)));

    /// <summary>In quotes a cell may hold delimiters, line ends, and quotes (twice): RFC 4180.</summary>
    private static IEnumerable<(long Line, string[] Cells)> Quoted(string path, IEnumerable<(long Number, string Text)> lines, char delimiter)
    {
        var row = new QuotedRow(path, delimiter);
        foreach ((long number, string text) in lines)
        {
            if ((row.IsOpen || !string.IsNullOrWhiteSpace(text)) && row.Add(number, text))
            {
                yield return row.Take();
            }
        }

        row.RequireClosed();
    }

    /// <summary>A row that grows by lines until its quotes are closed; every character is looked at once.</summary>
    private sealed class QuotedRow(string path, char delimiter)
    {
        private readonly List<string> _cells = [];
        private readonly StringBuilder _cell = new();
        private long _first;
        private long _opened;

        public bool IsOpen { get; private set; }

        /// <summary>Whether the row is whole with this line.</summary>
        public bool Add(long number, string line)
        {
            if (IsOpen)
            {
                _cell.Append('\n');
            }
            else
            {
                _first = number;
            }

            for (int i = 0; i < line.Length; i++)
            {
                char c = line[i];
                if (IsOpen)
                {
                    if (c != '"' || (i + 1 < line.Length && line[i + 1] == '"'))
                    {
                        _cell.Append(c);
                        i += c == '"' ? 1 : 0;
                    }
                    else
                    {
                        IsOpen = false;
                        RequireEnd(number, line, i + 1);
                    }
                }
                else if (c == '"' && _cell.Length == 0)
                {
                    IsOpen = true;
                    _opened = number;
                }
                else if (c == delimiter)
                {
                    EndCell();
                }
                else
                {
                    _cell.Append(c);
                }
            }

            if (!IsOpen)
            {
                EndCell();
            }

            return !IsOpen;
        }

        public (long Line, string[] Cells) Take()
        {
            string[] cells = [.. _cells];
            _cells.Clear();
            return (_first, cells);
        }

        public void RequireClosed()
        {
            if (IsOpen)
            {
                throw new InvalidDataException($"'{path}', line {_opened}: a quote is opened and never closed; double the quotes within a cell");
            }
        }

        private void EndCell()
        {
            _cells.Add(_cell.ToString());
            _cell.Clear();
        }

        /// <summary>A stray quote would otherwise swallow all lines up to the next one.</summary>
        private void RequireEnd(long number, string line, int next)
        {
            if (number > _opened && next < line.Length && line[next] != delimiter)
            {
                throw new InvalidDataException(
                    $"'{path}', line {_opened}: a quote is opened and closed in line {number} in the middle of a cell; double the quotes within a cell");
            }
        }
    }
}

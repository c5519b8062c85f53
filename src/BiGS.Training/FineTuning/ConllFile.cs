using System.Globalization;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Tagged sentences as the shared tasks of CoNLL lay them out: a word on each line in columns parted by tabs or spaces, the tag in the last column, sentences
/// parted by blank lines. Columns are parted by nothing else, so that a no-break space is a word. What begins a document (<c>-DOCSTART-</c>) and comments
/// before a sentence's first word (<c># </c> or <c>#</c> and a tab) are no words. Where words are numbered, as in CoNLL-U and GermEval, the word is in the
/// second column; CoNLL-U's tags are its universal parts of speech, in the fourth, and its ranges (1-2) and empty nodes (1.1) are no words.
/// </summary>
internal static class ConllFile
{
    private const string DocumentStart = "-DOCSTART-";
    private const int ConlluColumns = 10;
    private const int ConlluTags = 3;

    private static readonly string[] Comments = ["# ", "#\t", "#begin document", "#end document"];

    /// <param name="path">The file.</param>
    /// <param name="tags">The column of the tags, counted from 1; null for the last, or CoNLL-U's fourth.</param>
    /// <param name="tables">How the file is read; its Note receives what is worth knowing.</param>
    /// <exception cref="InvalidDataException">A line lacks its tag: says which.</exception>
    public static IEnumerable<TaggedExample> Read(string path, Column? tags, TableOptions tables)
    {
        if (tags is { Number: 0 })
        {
            throw new ArgumentException($"the tags' column is {tags}, but the columns of '{path}' have no names; count it from 1");
        }

        Layout? layout = null;
        foreach (Line[] lines in Sentences(path, tables))
        {
            layout ??= Layout.Of(path, lines, tags, tables);
            if (layout.Sentence(path, lines) is { Words.Count: > 0 } sentence)
            {
                yield return sentence;
            }
        }
    }

    private static IEnumerable<Line[]> Sentences(string path, TableOptions tables)
    {
        var sentence = new List<Line>();
        (long Number, string Text, int Columns)? doubtful = null;
        int columns = 0;
        foreach ((long number, string text) in TextFile.Lines(path, tables.Encoding))
        {
            if (sentence.Count == 0 && (text == "#" || Array.Exists(Comments, start => text.StartsWith(start, StringComparison.Ordinal))))
            {
                doubtful ??= Cells(text) is { Length: > 1 } cells ? (number, text, cells.Length) : null;
                continue;
            }

            bool isBlank = text.AsSpan().Trim(" \t").IsEmpty;
            if (!isBlank && !text.StartsWith(DocumentStart, StringComparison.OrdinalIgnoreCase))
            {
                sentence.Add(new Line(number, Cells(text)));
                columns = Math.Max(columns, sentence[0].Cells.Length);
            }
            else if (sentence.Count > 0)
            {
                yield return [.. sentence];
                sentence.Clear();
            }
        }

        if (sentence.Count > 0)
        {
            yield return [.. sentence];
        }

        if (doubtful is { } comment && comment.Columns == columns)
        {
            tables.Warn?.Invoke($"'{path}', line {comment.Number}: \"{comment.Text.Replace('\t', ' ')}\" before a sentence's first word is taken for a comment, not for a word with its tag");
        }
    }

    private static string[] Cells(string line) => line.Contains('\t', StringComparison.Ordinal)
        ? [.. line.TrimEnd(' ', '\t').Split('\t').Select(cell => cell.Trim(' '))]
        : line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed record Line(long Number, string[] Cells);

    /// <param name="Columns">Of every line.</param>
    /// <param name="Numbered">Whether the first column numbers the words of a sentence.</param>
    /// <param name="Tags">The tags' column, from 0.</param>
    private sealed record Layout(int Columns, bool Numbered, int Tags)
    {
        public static Layout Of(string path, Line[] sentence, Column? tags, TableOptions tables)
        {
            int columns = sentence[0].Cells.Length;
            bool isNumbered = columns > 2 && IsNumbered(sentence, columns == ConlluColumns ? 1 : 2);
            int tagColumn = tags is { } given ? given.Number - 1 : isNumbered && columns == ConlluColumns ? ConlluTags : columns - 1;
            if (isNumbered)
            {
                tables.Warn?.Invoke($"'{path}': the words are numbered; they are read from column 2, and their tags from column {tagColumn + 1} of {columns}");
            }

            return new Layout(columns, isNumbered, tagColumn);
        }

        public TaggedExample Sentence(string path, Line[] lines)
        {
            int word = Numbered ? 1 : 0;
            Line[] words = [.. lines.Select(line => Checked(path, line)).Where(line => !Numbered || IsNumber(line.Cells[0]))];
            return new TaggedExample($"'{path}', line {lines[0].Number}", [.. words.Select(line => line.Cells[word])], [.. words.Select(line => line.Cells[Tags])]);
        }

        private Line Checked(string path, Line line) =>
            line.Cells.Length == 1 ? throw new InvalidDataException(
                $"'{path}', line {line.Number}: \"{line.Cells[0]}\" has no tag; expected a word and its tag with a tab or space between")
            : line.Cells.Length != Columns ? throw new InvalidDataException(
                $"'{path}', line {line.Number}: \"{line.Cells[0]}\" has {line.Cells.Length} columns, but the lines before have {Columns}; expected a word in the first, and its tag in the last")
            : Tags >= Columns ? throw new InvalidDataException($"'{path}', line {line.Number}: has {Columns} columns, but the tags should be in number {Tags + 1}; name another")
            : line;

        private static bool IsNumbered(Line[] sentence, int atLeast)
        {
            string[] numbers = [.. sentence.Select(line => line.Cells[0]).Where(IsNumber)];
            return numbers.Length >= atLeast && numbers.Index().All(number => number.Item == (number.Index + 1).ToString(CultureInfo.InvariantCulture))
                && Array.TrueForAll(sentence, line => char.IsAsciiDigit(line.Cells[0].FirstOrDefault()));
        }

        private static bool IsNumber(string cell) => cell.Length > 0 && cell.All(char.IsAsciiDigit);
    }
}

using System.Text.RegularExpressions;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>The questions of a table.</summary>
/// <param name="Questions">In the order of the rows.</param>
/// <param name="FirstNumber">What the numbers of right answers count from; null where the rows must tell.</param>
internal sealed partial record ChoiceTable(IEnumerable<ChoiceQuestion> Questions, int? FirstNumber)
{
    private static readonly Column[] None = [new Column([], 1, Optional: true)];

    /// <summary>A table whose columns are those of a known layout, or that has no names and holds a question, its choices and a letter or number.</summary>
    /// <exception cref="InvalidDataException">The columns are those of no known layout.</exception>
    public static ChoiceTable Recognize(string path, TableOptions tables)
    {
        Table table = TableFile.Open(path, None, tables);
        IReadOnlyList<string?> first = table.Names ?? table.Rows.First().Cells;
        IEnumerable<TableRow> rows = table.Names is null ? table.Rows.Skip(1) : table.Rows;
        string[] names = [.. first.Select(name => name?.Trim() ?? "")];
        if (ChoiceLayout.Of(names) is { } layout)
        {
            tables.Note?.Invoke($"'{path}': read in the layout of {layout.Name}");
            return new ChoiceTable(rows.SelectMany(row => layout.Read(new ChoiceRow(row, names))), layout.FirstNumber);
        }

        if (table.Names is not null || names.Length < 4 || !IsAnswer().IsMatch(names[^1]))
        {
            string[] known = [.. names.Select(name => name.Length > 40 ? name[..40] + "…" : name)];
            throw new InvalidDataException(
                $"'{path}': the columns {string.Join(", ", known)} are those of no known layout ({ChoiceLayout.Names}); name them with ChoiceColumns.Question, ChoiceColumns.Choices and ChoiceColumns.Answer");
        }

        tables.Warn?.Invoke($"'{path}': the columns have no names; read as a question, {names.Length - 2} choices and the answer");
        return new ChoiceTable(table.Rows.Select(row => new ChoiceQuestion(row.Location, null, row.Cells[0], ChoiceRow.Given(row.Cells.Skip(1).SkipLast(1)), null, row.Cells[^1])), null);
    }

    /// <summary>A table whose columns are known.</summary>
    /// <exception cref="InvalidDataException">A column is not there.</exception>
    public static ChoiceTable Of(string path, ChoiceColumns columns, TableOptions tables)
    {
        Column nothing = new([], 0, Optional: true);
        Table table = TableFile.Open(
            path, [columns.Context ?? nothing, columns.Question ?? nothing, columns.Answer is null ? nothing : columns.Answer with { Optional = true }, .. columns.Choices], tables);
        return new ChoiceTable(
            table.Rows.Select(row =>
            {
                string?[] cells = [.. table.Places.Select(place => place is { } at ? row.Cells[at.GetOffset(row.Cells.Count)] : null)];
                (IReadOnlyList<string> choices, IReadOnlyList<string>? labels) = columns.Choices.Count == 1
                    ? ChoiceRow.ChoicesIn(cells[3], columns.Choices[0].ToString(), row.Location)
                    : (ChoiceRow.Given(cells.Skip(3)), null);
                return new ChoiceQuestion(row.Location, cells[0], cells[1], choices, labels, cells[2]);
            }),
            null);
    }

    [GeneratedRegex("^([A-Ha-h]|[0-9])$")]
    private static partial Regex IsAnswer();
}

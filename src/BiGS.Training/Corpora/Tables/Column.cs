using System.Globalization;

namespace BiGS.Training.Corpora;

/// <summary>A column of a table: by its name where the file names its columns, by its number where it does not.</summary>
/// <param name="Names">Any of these; the first that the file has.</param>
/// <param name="Number">Counted from 1; 0 where only a name will do.</param>
/// <param name="Optional">Whether a file may lack it.</param>
/// <param name="Last">
/// Whether it is the last cell of every row where the file names it last, however many cells a row has: SNLI and MNLI give the labels of some annotators,
/// as many as there were, before the gold label, under one or five names.
/// </param>
public sealed record Column(IReadOnlyList<string> Names, int Number = 0, bool Optional = false, bool Last = false)
{
    /// <summary>As a person writes it: a number, or a name.</summary>
    public static Column Parse(string column) => int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
        ? new Column([], number)
        : new Column([column]);

    /// <summary>One name, and where it stands in a file without names.</summary>
    public static Column Named(string name, int number = 0) => new([name], number);

    /// <inheritdoc/>
    public override string ToString() => Names.Count > 0 ? $"\"{string.Join("\" or \"", Names)}\"" : $"number {Number}";
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Labels as files write them, and the classes that they stand for. "1" and "1.0" (a column of whole numbers that once had a gap) are one class, and so
/// are "True" and "true"; other labels are told apart letter by letter.
/// </summary>
internal static partial class ClassLabels
{
    private const int ManyClasses = 20;

    /// <summary>What files write where people did not agree (SNLI, MNLI).</summary>
    public const string NoAgreement = "-";

    /// <summary>What the data sets of Hugging Face's hub write where the label is not known or not published.</summary>
    public const string NotPublished = "-1";

    /// <summary>Classes in an order that does not depend on the rows: by value where all are numbers, else by their letters.</summary>
    /// <param name="labels">Of all rows; of several spellings of a class, the shortest names it.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> labels)
    {
        string[] all = [.. labels.GroupBy(Key).Select(spellings => spellings.Distinct().OrderBy(label => label.Length).ThenBy(label => label, StringComparer.Ordinal).First())];
        return Array.TrueForAll(all, label => double.TryParse(label, CultureInfo.InvariantCulture, out _))
            ? [.. all.OrderBy(label => double.Parse(label, CultureInfo.InvariantCulture))]
            : [.. all.Order(StringComparer.Ordinal)];
    }

    /// <summary>The number of each class, by the key of its label.</summary>
    public static IReadOnlyDictionary<string, int> Numbers(IReadOnlyList<string> classes)
    {
        var numbers = new Dictionary<string, int>(classes.Count);
        for (int i = 0; i < classes.Count; i++)
        {
            numbers.TryAdd(Key(classes[i]), i);
        }

        return numbers;
    }

    /// <summary>The same for all spellings of a class.</summary>
    public static string Key(string label)
    {
        string trimmed = label.Trim();
        return WholeNumber().Match(trimmed) is { Success: true } number ? number.Groups[1].Value
            : bool.TryParse(trimmed, out bool truth) ? (truth ? "true" : "false")
            : trimmed;
    }

    /// <summary>
    /// Whether a label says that there is none. <see cref="NoAgreement"/> and <see cref="NotPublished"/> do wherever they are not among the classes.
    /// </summary>
    /// <param name="label">As the file writes it; null where it has none.</param>
    /// <param name="classes">From <see cref="Numbers"/>.</param>
    public static bool IsMissing(string? label, IReadOnlyDictionary<string, int> classes) =>
        string.IsNullOrWhiteSpace(label) || (Key(label) is NoAgreement or NotPublished && !classes.ContainsKey(Key(label)));

    /// <summary>
    /// Whether a label of a table of one's own says that there is none. "-" does beside at least two classes with letters or digits (beside "+" it is a
    /// class); "-1" does beside at least two with letters, or beside 0, 1, 2 and so on (beside 0 and 1 alone it is a class: −1, 0, 1 is a common scale).
    /// </summary>
    /// <param name="label">As the file writes it.</param>
    /// <param name="all">Every label of the file.</param>
    public static bool IsNoLabel(string label, IEnumerable<string> all)
    {
        string key = Key(label);
        if (key is not (NoAgreement or NotPublished))
        {
            return false;
        }

        string[] others = [.. all.Select(Key).Where(other => other is not (NoAgreement or NotPublished)).Distinct()];
        return others.Length >= 2 && (key == NoAgreement
            ? Array.TrueForAll(others, other => other.Any(char.IsLetterOrDigit))
            : Array.TrueForAll(others, other => other.Any(char.IsLetter)) || (others.Length > 2 && Array.TrueForAll(others, other => IsBelow(other, others.Length))));
    }

    /// <summary>What may be wrong with the classes that labels make.</summary>
    /// <param name="classes">Their names.</param>
    /// <param name="examples">How many examples have them.</param>
    public static IEnumerable<string> Warnings(IReadOnlyList<string> classes, int examples)
    {
        if (classes.Count > ManyClasses && 2 * classes.Count > examples)
        {
            bool areNumbers = classes.All(label => double.TryParse(label, CultureInfo.InvariantCulture, out _));
            yield return $"{examples:N0} examples have {classes.Count:N0} different labels (\"{classes[0]}\", \"{classes[1]}\", …); is this the column of labels?{(areNumbers ? " Values are learned by a regression" : "")}";
        }

        foreach (IGrouping<string, string> alike in classes.GroupBy(label => label, StringComparer.OrdinalIgnoreCase).Where(alike => alike.Count() > 1))
        {
            yield return $"the labels \"{string.Join("\" and \"", alike)}\" differ in case alone and are learned as classes of their own; write them alike if they are one";
        }
    }

    private static bool IsBelow(string label, int count) => int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < count;

    [GeneratedRegex(@"^([+-]?(?:0|[1-9][0-9]*))(?:\.0+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();
}

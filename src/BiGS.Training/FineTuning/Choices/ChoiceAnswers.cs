using System.Globalization;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Which choice an answer means. Files write its text, its letter, or its number from 0 or from 1; which of these is decided over the whole file, so that
/// one row cannot be read otherwise than the next. An answer that is empty or −1 is not published.
/// </summary>
internal static class ChoiceAnswers
{
    private const string NotPublished = "-1";

    /// <param name="path">The file, for messages.</param>
    /// <param name="questions">All of the file.</param>
    /// <param name="firstNumber">What its layout counts from; null to see.</param>
    /// <param name="tables">Told what numbers count from, where the layout does not say.</param>
    /// <returns>The right choice of each question from 0; null where the file does not say.</returns>
    /// <exception cref="InvalidDataException">An answer is none of the choices: says where.</exception>
    public static int?[] Numbers(string path, IReadOnlyList<ChoiceQuestion> questions, int? firstNumber, TableOptions tables)
    {
        ChoiceQuestion[] known = [.. questions.Where(IsKnown)];
        if (firstNumber is null && known.Length > 0 && Array.TrueForAll(known, question => question.Labels is null && question.Choices.Contains(question.Answer!.Trim())))
        {
            return [.. questions.Select(question => IsKnown(question) ? question.Choices.ToList().IndexOf(question.Answer!.Trim()) : (int?)null)];
        }

        int first = firstNumber ?? FirstNumber(path, [.. known.Where(question => question.Labels is null)], tables);
        return [.. questions.Select(question => IsKnown(question) ? Number(question, first) : (int?)null)];
    }

    private static bool IsKnown(ChoiceQuestion question) => !string.IsNullOrWhiteSpace(question.Answer) && question.Answer.Trim() != NotPublished;

    /// <summary>From 1 where a number is as high as there are choices, or stands among letters; from 0 where one is 0, and where nothing tells.</summary>
    private static int FirstNumber(string path, ChoiceQuestion[] known, TableOptions tables)
    {
        ChoiceQuestion[] numbered = [.. known.Where(question => Parsed(question) is not null)];
        bool hasZero = Array.Exists(numbered, question => Parsed(question) == 0);
        ChoiceQuestion? highest = Array.Find(numbered, question => Parsed(question) == question.Choices.Count);
        if (hasZero && highest is not null)
        {
            throw new InvalidDataException($"{highest.Location}: the answer {highest.Answer} is none of {highest.Choices.Count} choices, counted from 0 as other rows do; mend the row");
        }

        bool hasLetters = Array.Exists(known, question => Letter(question) is not null);
        int first = !hasZero && (highest is not null || hasLetters) ? 1 : 0;
        if (numbered.Length > 0)
        {
            tables.Warn?.Invoke($"'{path}': the numbers of right answers are counted from {first}");
        }

        return first;
    }

    private static int Number(ChoiceQuestion question, int first)
    {
        int number = question.Labels?.ToList().FindIndex(label => string.Equals(label, question.Answer!.Trim(), StringComparison.Ordinal)) is >= 0 and var labelled ? labelled
            : question.Labels is null && Parsed(question) is { } counted ? counted - first
            : Letter(question) ?? question.Choices.ToList().IndexOf(question.Answer!.Trim());
        return number >= 0 && number < question.Choices.Count
            ? number
            : throw new InvalidDataException(
                $"{question.Location}: the answer \"{question.Answer}\" is none of {question.Choices.Count} choices; give a number from {first}, a letter from A, or the text");
    }

    private static int? Parsed(ChoiceQuestion question) =>
        double.TryParse(question.Answer, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number == Math.Floor(number) && number < int.MaxValue ? (int)number : null;

    private static int? Letter(ChoiceQuestion question) => question.Answer!.Trim() is [var letter] && char.IsAsciiLetter(letter) ? char.ToUpperInvariant(letter) - 'A' : null;
}

using System.Text;
using System.Text.RegularExpressions;

namespace BiGS.Training.Evaluation;

/// <summary>
/// SQuAD's rules for answers: texts are compared without case, punctuation, articles and extra space; of several right answers the nearest counts.
/// The empty text is the answer "there is none".
/// </summary>
internal static partial class AnswerMatch
{
    /// <summary>1 where the guess is one of the answers, else 0.</summary>
    public static double Exact(string guess, IReadOnlyList<string> answers) =>
        Nearest(answers, answer => Normalized(guess) == Normalized(answer) ? 1 : 0);

    /// <summary>
    /// 2 P R / (P + R) of the words that guess and answer share, counted with repetition; where either has no word, 1 only if both have none.
    /// </summary>
    public static double F1(string guess, IReadOnlyList<string> answers) => Nearest(answers, answer => F1(Words(guess), Words(answer)));

    /// <summary>
    /// The threshold on "score of no answer − score of the best answer" above which no answer is the better guess: the one that the evaluated
    /// questions like best, as SQuAD 2.0's official program finds it.
    /// </summary>
    /// <param name="questions">
    /// Per question: the difference, what its answer would earn, and what saying "none" would. A text without a token has no answer, whatever the threshold:
    /// its difference is infinite, and it has no part in the choice.
    /// </param>
    /// <returns>The threshold, a finite number, and the mean that it earns.</returns>
    public static (double Threshold, double Mean) BestThreshold(IReadOnlyList<(double NoAnswerMargin, double IfAnswered, double IfNone)> questions)
    {
        double earned = questions.Sum(question => question.IfNone);
        (double NoAnswerMargin, double IfAnswered, double IfNone)[] open = [.. questions.Where(question => double.IsFinite(question.NoAnswerMargin))];
        (double best, double threshold) = (earned, open.Length == 0 ? 0 : open.Min(question => question.NoAnswerMargin) - 1);
        foreach (IGrouping<double, (double, double IfAnswered, double IfNone)> equal in open.GroupBy(question => question.NoAnswerMargin).OrderBy(group => group.Key))
        {
            earned += equal.Sum(question => question.IfAnswered - question.IfNone);
            if (earned > best)
            {
                (best, threshold) = (earned, equal.Key);
            }
        }

        return (threshold, questions.Count == 0 ? 0 : best / questions.Count);
    }

    private static double Nearest(IReadOnlyList<string> answers, Func<string, double> match) => answers.Count == 0 ? match("") : answers.Max(match);

    private static double F1(string[] guess, string[] answer)
    {
        if (guess.Length == 0 || answer.Length == 0)
        {
            return guess.Length == answer.Length ? 1 : 0;
        }

        var left = answer.GroupBy(word => word).ToDictionary(group => group.Key, group => group.Count());
        int shared = 0;
        foreach (string word in guess)
        {
            if (left.GetValueOrDefault(word) > 0)
            {
                left[word]--;
                shared++;
            }
        }

        return 2.0 * shared / (guess.Length + answer.Length);
    }

    private static string Normalized(string text) => string.Join(' ', Words(text));

    private static string[] Words(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (char c in text.ToLowerInvariant())
        {
            // ASCII's punctuation is what the official program takes out; symbols count to it there.
            if (!(c < 128 && (char.IsPunctuation(c) || char.IsSymbol(c))))
            {
                kept.Append(c);
            }
        }

        return Articles().Replace(kept.ToString(), " ").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Articles();
}

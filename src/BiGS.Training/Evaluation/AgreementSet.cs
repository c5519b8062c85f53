using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.Evaluation;

/// <summary>A sentence with one word left open, and two forms of it, of which one agrees.</summary>
/// <param name="Text">With [MASK] where the word stands.</param>
/// <param name="Good">The form that agrees.</param>
/// <param name="Bad">The other.</param>
/// <param name="Groups">What the answer is counted under, one group of each kind.</param>
internal sealed record AgreementQuestion(string Text, string Good, string Bad, IReadOnlyList<string> Groups);

/// <summary>
/// The three published sets of subject–verb agreement, each recognised by the columns of its tab-separated file:
/// Marvin and Linzen 2018 (pairs of sentences, by construction), Linzen et al. 2016 (sentences of Wikipedia, by attractors) and Gulordava et al. 2018
/// (sentences of a corpus, and the same with their words replaced, by attractors).
/// </summary>
internal static class AgreementSet
{
    private const string Mask = "[MASK]";
    private const string PublishedMask = "***mask***";
    private const string Right = "correct";
    private const string Wrong = "wrong";

    /// <summary>The questions of a file, in its order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Its columns are none of the three sets', it holds no question, or a row is not as it should be: says which.</exception>
    public static IReadOnlyList<AgreementQuestion> Read(string path)
    {
        string[] header = TextFile.Lines(path).Select(line => line.Line).FirstOrDefault("").Split('\t');
        bool Has(params string[] columns) => columns.All(header.Contains);
        return
        [
            .. Has("masked", "good", "bad") ? OfLinzen(path)
                : Has("category", "good", "bad") ? OfMarvinAndLinzen(path)
                : Has("form", "class", "len_prefix", "sent") ? OfGulordava(path)
                : throw new InvalidDataException(
                    $"'{path}' is none of the agreement sets: its first line holds \"{string.Join(", ", header)}\"; expected tab-separated columns category, good, bad "
                    + "(Marvin and Linzen), n_attractors, masked, good, bad (Linzen), or type, n_attr, len_prefix, class, form, sent (Gulordava)"),
        ];
    }

    /// <summary>
    /// Pairs that differ in one word. The templates have no full stop, and one is added, as a sentence has one (so does Goldberg 2019).
    /// </summary>
    private static IEnumerable<AgreementQuestion> OfMarvinAndLinzen(string path)
    {
        foreach (TableRow row in TableFile.Read(path, [Column.Named("category"), Column.Named("good"), Column.Named("bad")]))
        {
            string[] good = row.Cells[1]!.Split(' ');
            string[] bad = row.Cells[2]!.Split(' ');
            int[] different = good.Length == bad.Length ? [.. Enumerable.Range(0, good.Length).Where(i => good[i] != bad[i])] : [];
            if (different is not [int word])
            {
                throw new InvalidDataException($"{row.Location}: the sentences do not differ in exactly one word; expected a pair such as \"the author laughs\" and \"the author laugh\"");
            }

            string text = string.Join(' ', [.. good[..word], Mask, .. good[(word + 1)..]]);
            yield return new AgreementQuestion(text.EndsWith('.') ? text : text + " .", good[word], bad[word], [row.Cells[0]!]);
        }
    }

    private static IEnumerable<AgreementQuestion> OfLinzen(string path)
    {
        foreach (TableRow row in TableFile.Read(path, [Column.Named("n_attractors"), Column.Named("masked"), Column.Named("good"), Column.Named("bad")]))
        {
            string[] parts = row.Cells[1]!.Split(PublishedMask);
            yield return parts.Length == 2
                ? new AgreementQuestion(string.Join(Mask, parts), row.Cells[2]!, row.Cells[3]!, [Attractors(row.Cells[0]!)])
                : throw new InvalidDataException($"{row.Location}: found {PublishedMask} {parts.Length - 1} times; expected it once, where the verb stands");
        }
    }

    /// <summary>Two rows a question, one with each form; the word at len_prefix of the sentence is not the verb but what stood there before it was replaced.</summary>
    private static IEnumerable<AgreementQuestion> OfGulordava(string path)
    {
        Column[] columns = [Column.Named("type"), Column.Named("n_attr"), Column.Named("len_prefix"), Column.Named("class"), Column.Named("form"), Column.Named("sent")];
        foreach (TableRow[] pair in TableFile.Read(path, columns, new TableOptions { Quoted = true }).Chunk(2)) // sentences that hold quotes stand in quotes
        {
            if (pair is not [{ Cells: [{ } type, { } attractors, { } prefix, Right, { } good, { } sentence] } first, { Cells: [_, _, _, Wrong, { } bad, { } same] }]
                || sentence != same)
            {
                throw new InvalidDataException($"{pair[0].Location}: expected two rows of a sentence, first with class \"{Right}\", then with \"{Wrong}\"");
            }

            string[] words = [.. sentence.Split(' ').Where(word => word != "<eos>")];
            if (!int.TryParse(prefix, out int verb) || verb < 0 || verb >= words.Length)
            {
                throw new InvalidDataException($"{first.Location}: len_prefix is \"{prefix}\", but the sentence has {words.Length} words; expected the number of words before the verb");
            }

            words[verb] = Mask;
            yield return new AgreementQuestion(string.Join(' ', words), good, bad, [type, $"{type}_{Attractors(attractors)}"]);
        }
    }

    private static string Attractors(string number) => $"attractors_{number}";
}

using BiGS.Files;
using BiGS.Training.Corpora;
using BiGS.Training.Data;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Studies;

/// <summary>
/// Two tasks made of the built-in grammar, of documents that pretraining does not read. <c>acceptability</c>: is this sentence English, or has one of its verbs the
/// wrong number? <c>same-thing</c>: do two sentences name a common thing or person? The first asks for syntax, the second for a look from one text at another.
/// </summary>
internal static class GrammarTasks
{
    private const string Acceptability = "acceptability";
    private const string SameThing = "same-thing";

    /// <summary>Enough for an interval of four points.</summary>
    private const int MostToScore = 750;

    /// <summary>One gives one, unless that was there before.</summary>
    private const int DocumentsPerExample = 2;

    /// <summary>Of no run, so that its held-out documents are not those that loss and agreement are measured on.</summary>
    private const ulong Seed = ulong.MaxValue;

    /// <summary>Whether a row of a task is to be broken, which sentence it is of, and which verb: one draw each.</summary>
    private enum Draw : uint
    {
        Truth,
        First,
        Second,
    }

    /// <summary>Writes the tasks' files, the same each time.</summary>
    /// <param name="folder">Made.</param>
    /// <param name="examples">To learn from; as many, at most 750, to be scored on. No row is in both.</param>
    public static IReadOnlyList<StudyTask> Write(string folder, int examples)
    {
        int scored = Math.Min(examples, MostToScore);
        Directory.CreateDirectory(folder);
        GrammarDocument[] documents = [.. new GrammarCorpus(Seed).HeldOut(DocumentsPerExample * (examples + scored))];
        StudyTask Files(string name, bool isPair, Func<GrammarDocument[], int, string> row)
        {
            var task = new StudyTask(name, Path.Combine(folder, name + "-train.tsv"), Path.Combine(folder, name + "-validation.tsv"), isPair);
            string[] rows = [.. Enumerable.Range(0, documents.Length - 1).Select(i => row(documents, i)).Where(row => row.Length > 0).Distinct().Take(examples + scored)];
            string header = isPair ? "text\tpair\tlabel\n" : "text\tlabel\n";
            AtomicFile.WriteText(task.Train, header + string.Concat(rows.Take(examples)));
            AtomicFile.WriteText(task.Validation, header + string.Concat(rows.Skip(examples)));
            return task;
        }

        return [Files(Acceptability, false, AcceptabilityRow), Files(SameThing, true, SameThingRow)];
    }

    /// <summary>How the examples of a study's task are read.</summary>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static TaskKind KindOf(StudyTask task) => task.Name switch
    {
        Acceptability or SameThing => TaskTable.Classification(Column.Named("text"), task.IsPair ? Column.Named("pair") : null, Column.Named("label")),
        _ => TaskTable.All.FirstOrDefault(row => row.Name == task.Name)?.Kind
            ?? throw new ArgumentException($"There is no task \"{task.Name}\"; choose one of {string.Join(", ", TaskTable.All.Select(row => row.Name))}."),
    };

    /// <summary>A sentence of document i: as it is, or with one verb in the other number.</summary>
    private static string AcceptabilityRow(GrammarDocument[] documents, int i)
    {
        var random = new CounterRandom(Seed, RandomStream.GrammarTasks);
        GrammarSentence[] sentences = [.. documents[i].Sentences.Where(sentence => sentence.Agreements.Count > 0)];
        if (sentences.Length == 0)
        {
            return "";
        }

        GrammarSentence sentence = sentences[random.Below(sentences.Length, (ulong)i, (uint)Draw.First)];
        bool good = random.Unit((ulong)i, (uint)Draw.Truth) < 0.5;
        return $"{(good ? sentence.Text : Broken(sentence, sentence.Agreements[random.Below(sentence.Agreements.Count, (ulong)i, (uint)Draw.Second)]))}\t{(good ? 1 : 0)}\n";
    }

    private static string Broken(GrammarSentence sentence, Agreement verb)
    {
        int start = sentence.WordStart(verb.VerbIndex);
        string wrong = char.IsUpper(sentence.Text[start]) ? char.ToUpperInvariant(verb.OtherForm[0]) + verb.OtherForm[1..] : verb.OtherForm;
        return sentence.Text[..start] + wrong + sentence.Text[(start + verb.Verb.Length)..];
    }

    /// <summary>Two sentences of document i with a noun or name in common; or one of them, and one of the next document with none.</summary>
    private static string SameThingRow(GrammarDocument[] documents, int i)
    {
        var random = new CounterRandom(Seed - 1, RandomStream.GrammarTasks);
        IReadOnlyList<GrammarSentence> here = documents[i].Sentences;
        bool same = random.Unit((ulong)i, (uint)Draw.Truth) < 0.5;
        IReadOnlyList<GrammarSentence> there = same ? here : documents[i + 1].Sentences;
        (string First, string Second)[] pairs =
        [
            .. here.SelectMany(first => there.Where(second => second != first && Things(first).Overlaps(Things(second)) == same).Select(second => (first.Text, second.Text))),
        ];
        if (pairs.Length == 0)
        {
            return "";
        }

        (string one, string other) = pairs[random.Below(pairs.Length, (ulong)i, (uint)Draw.First)];
        return $"{one}\t{other}\t{(same ? 1 : 0)}\n";
    }

    private static HashSet<string> Things(GrammarSentence sentence) =>
        [.. sentence.Words.Where((_, w) => sentence.Classes[w] is WordClass.SingularNoun or WordClass.PluralNoun or WordClass.Name)];
}

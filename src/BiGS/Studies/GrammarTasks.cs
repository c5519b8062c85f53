using BiGS.Batches;
using BiGS.Corpora;
using BiGS.Files;
using BiGS.FineTuning;

namespace BiGS.Studies;

/// <summary>
/// Two tasks made of the built-in grammar, of documents that pretraining does not read. <c>acceptability</c>: is this sentence English, or has one of its verbs the
/// wrong number? <c>same-page</c>: are two sentences of the same document? The first asks for syntax, the second for a look from one text at another.
/// </summary>
public static class GrammarTasks
{
    private const string Acceptability = "acceptability";
    private const string SamePage = "same-page";

    private const int TrainExamples = 4_000;
    private const int ValidationExamples = 1_000;

    /// <summary>Of no run, so that its held-out documents are not those that loss and agreement are measured on.</summary>
    private const ulong Seed = ulong.MaxValue;

    /// <summary>Whether a row of a task is to be broken, which sentence it is of, and so on: one draw each.</summary>
    private enum Draw : uint
    {
        Truth,
        First,
        Second,
        Other,
    }

    /// <summary>Writes the tasks' files, the same each time.</summary>
    public static IReadOnlyList<StudyTask> Write(string folder)
    {
        Directory.CreateDirectory(folder);
        GrammarDocument[] documents = [.. new GrammarCorpus(Seed).HeldOut(TrainExamples + ValidationExamples + 1)];
        StudyTask Files(string name, bool isPair, Func<GrammarDocument[], int, string> row)
        {
            var task = new StudyTask(name, Path.Combine(folder, name + "-train.tsv"), Path.Combine(folder, name + "-validation.tsv"), isPair);
            string[] rows = [.. Enumerable.Range(0, TrainExamples + ValidationExamples).Select(i => row(documents, i))];
            string header = isPair ? "text\tpair\tlabel\n" : "text\tlabel\n";
            WholeFile.WriteText(task.Train, header + string.Concat(rows.Take(TrainExamples)));
            WholeFile.WriteText(task.Validation, header + string.Concat(rows.Skip(TrainExamples)));
            return task;
        }

        return [Files(Acceptability, false, AcceptabilityRow), Files(SamePage, true, SamePageRow)];
    }

    /// <summary>How the examples of a study's task are read.</summary>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static TaskKind KindOf(StudyTask task) => task.Name switch
    {
        Acceptability or SamePage => TaskTable.Classification(Column.Of("text"), task.IsPair ? Column.Of("pair") : null, Column.Of("label")),
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

    /// <summary>A sentence of document i, and another one: of the same, or of the next.</summary>
    private static string SamePageRow(GrammarDocument[] documents, int i)
    {
        var random = new CounterRandom(Seed - 1, RandomStream.GrammarTasks);
        IReadOnlyList<GrammarSentence> here = documents[i].Sentences;
        int first = random.Below(here.Count, (ulong)i, (uint)Draw.First);
        bool same = random.Unit((ulong)i, (uint)Draw.Truth) < 0.5;
        IReadOnlyList<GrammarSentence> there = documents[i + 1].Sentences;
        int second = random.Below(here.Count - 1, (ulong)i, (uint)Draw.Second);
        string other = same
            ? here[second >= first ? second + 1 : second].Text
            : there[random.Below(there.Count, (ulong)i, (uint)Draw.Other)].Text;
        return $"{here[first].Text}\t{other}\t{(same ? 1 : 0)}\n";
    }
}

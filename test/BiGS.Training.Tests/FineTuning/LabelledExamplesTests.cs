using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

/// <summary>Which examples are learned from and scored: those with a label, some of many, those that are kept aside.</summary>
public sealed class LabelledExamplesTests : IDisposable
{
    private const string Nli = "gold_label\tsentence1\tsentence2\nneutral\tthe cat\ta mat\n-\tdogs run\tbirds fly\nentailment\ta cat\tthe cat\n-1\ta mat\tthe mat\ncontradiction\tdogs\tcats\n";

    private readonly TemporaryFolder _temporary = new();
    private readonly BertTokenizer _tokenizer = new WordPieceTrainer { Size = 120 }.Train(["the cat sat on a mat . dogs run and birds fly", "the cat sat on a mat"]);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("snli")]
    [InlineData("mnli")]
    public void WhereNobodyAgreesThereIsNoLabel(string task)
    {
        TaskKind kind = TaskTable.All.Single(row => row.Name == task).Kind;
        string path = _temporary.File("a.tsv", Nli);
        IReadOnlyList<string> labels = kind.FindLabels([path]);
        Assert.Equal(["contradiction", "entailment", "neutral"], labels);
        LabelledExamples examples = kind.Read([path], labels, Rows());
        Assert.Equal([true, false, true, false, true], Enumerable.Range(0, 5).Select(examples.IsLabelled));
        Assert.Equal([2, null, 1, null, 0], Enumerable.Range(0, 5).Select(examples.ClassOf));
        var unlabelled = new UnlabelledExamples();
        LabelledExamples known = unlabelled.LeaveOut(examples);
        Assert.Equal((3, 2), (known.Count, unlabelled.Counted["no_label"]));
        Assert.Contains($"2 of 5 examples have no label", Assert.Single(unlabelled.Warnings), StringComparison.Ordinal);
        Assert.Contains($"'{path}', line 3", Assert.Single(unlabelled.Warnings), StringComparison.Ordinal);
        Assert.Equal([0, 2, 4], known.Predictions([[0, 0, 1], [0, 0, 1], [0, 0, 1]])!.Select(row => row.Index)); // rows of the file
    }

    [Fact]
    public void InATableOfOnesOwnMinusOneIsAClass()
    {
        TaskKind kind = TaskTable.Classification(Column.Named("s", 1), null, Column.Named("l", 2));
        string path = _temporary.File("a.tsv", "the cat\t-1\na mat\t0\ndogs\t1\n");
        Assert.Equal(["-1", "0", "1"], kind.FindLabels([path]));
        Assert.All(Enumerable.Range(0, 3), i => Assert.True(kind.Read([path], ["-1", "0", "1"], Rows()).IsLabelled(i)));
        LabelledExamples unpublished = kind.Read([_temporary.File("b.tsv", "the cat\t-1\na mat\t-1\n")], ["0", "1"], Rows());
        Assert.False(unpublished.IsLabelled(0));
    }

    [Fact]
    public void ValuesThatAreNotPublishedAreNone()
    {
        TaskKind kind = TaskTable.All.Single(row => row.Name == "stsb").Kind;
        string path = _temporary.File("a.tsv", "sentence1\tsentence2\tscore\nthe cat\ta cat\t-1.0\na mat\tdogs\t2.5\nbirds\tdogs\t\n");
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(kind.Read([path], [], Rows()).IsLabelled));
        string comma = _temporary.File("b.tsv", "sentence1\tsentence2\tscore\nthe cat\ta cat\t3,5\n");
        Assert.Contains("3.5", Assert.Throws<InvalidDataException>(() => kind.Read([comma], [], Rows())).Message, StringComparison.Ordinal);
        string constant = _temporary.File("c.tsv", "sentence1\tsentence2\tscore\nthe cat\ta cat\t3\na mat\tdogs\t3\n");
        Assert.Contains("nothing to learn", Assert.Throws<InvalidDataException>(() => kind.ReadTraining([constant], [], Rows(), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALimitDrawsFromAllOfASortedFile()
    {
        LabelledExamples train = Sorted().Subsample(10);
        Assert.Equal([8, 2], Counts(train));
        Assert.Equal(train.Samples.Select(Ids), Sorted().Subsample(10).Samples.Select(Ids)); // the same ones each time
        Assert.Contains(train.Predictions([.. Enumerable.Repeat(new float[] { 1, 0 }, 10)])!, row => row.Index > 10);
        Assert.Equal(25, Sorted().Subsample(100).Count);
        Assert.Equal(25, Sorted().Subsample(null).Count);
    }

    [Theory]
    [InlineData(0.1, 3, new[] { 2, 1 })] // 2.5 of 25
    [InlineData(0.2, 5, new[] { 4, 1 })]
    [InlineData(0.01, 1, new[] { 1, 0 })] // never none
    [InlineData(0.99, 24, new[] { 19, 5 })] // never all
    public void TheShareThatIsKeptAsideIsRoundedClassByClass(double share, int count, int[] expected)
    {
        (LabelledExamples aside, LabelledExamples others) = Sorted().Split(share, seed: 7);
        Assert.Equal((count, 25 - count), (aside.Count, others.Count));
        Assert.Equal(expected, Counts(aside));
        Assert.Empty(aside.Samples.Select(Ids).Intersect(others.Samples.Select(Ids)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void AShareIsBetweenNoneAndAll(double share) => Assert.Throws<ArgumentOutOfRangeException>(() => Sorted().Split(share, seed: 1));

    [Fact]
    public void OneExampleCannotBeSplit() => Assert.Throws<InvalidDataException>(() => Sorted().Subsample(1).Split(0.5, seed: 1));

    [Fact]
    public void ALabelThatTrainingLacksIsSaidAndCountsAsWrong()
    {
        TaskKind kind = TaskTable.Classification(Column.Named("s", 1), null, Column.Named("l", 2));
        string path = _temporary.File("b.tsv", "the cat\tyes\nbirds\tperhaps\ndogs\tno\n");
        RowBuilder rows = Rows();
        LabelledExamples examples = kind.ReadValidation([path], ["no", "yes"], rows);
        Assert.Contains($"1 of 3 validation examples have a label that training lacks (\"perhaps\", the first: '{path}', line 2)", Assert.Single(rows.Warnings), StringComparison.Ordinal);
        Assert.Equal(["no", "yes", "perhaps"], examples.Classes);
        Assert.Equal(2.0 / 3, examples.Score("own", [[0, 1], [0, 1], [1, 0]]).Metrics["accuracy"], 12);
        string strange = _temporary.File("c.tsv", "the cat\t1\nbirds\t0\n");
        Assert.Contains("which training has", Assert.Throws<InvalidDataException>(() => kind.ReadValidation([strange], ["no", "yes"], rows)).Message, StringComparison.Ordinal);
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => kind.Read([path], ["no", "yes"], rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADifferenceOfScoresIsMeasuredOnTheSameExamples()
    {
        LabelledExamples examples = Sorted();
        float[][] right = [.. Enumerable.Range(0, 25).Select(i => i < 20 ? new float[] { 1, 0 } : [0, 1])];
        var baseline = examples.Score("own", examples.Baseline(examples)); // 20 of 25
        var (low, high) = (examples.Score("own", right).DifferenceTo(baseline, "accuracy").Low, examples.Score("own", right).DifferenceTo(baseline, "accuracy").High);
        Assert.InRange(low, 0.01, 0.1); // five more, give or take four
        Assert.InRange(high, 0.3, 0.4);
        Assert.Equal(0, baseline.DifferenceTo(baseline, "accuracy").High);
        Assert.Throws<ArgumentException>(() => baseline.DifferenceTo(baseline, "f7"));
    }

    [Fact]
    public void BalancedWeightsMakeClassesCountTheSame()
    {
        IReadOnlyList<float> weights = TextClassification.BalancedWeights(Sorted(), 3);
        Assert.Equal([25f / (2 * 20), 25f / (2 * 5), 0], weights); // n / (classes that occur · n_c)
    }

    /// <summary>25 examples of two classes, one behind the other.</summary>
    private LabelledExamples Sorted()
    {
        string words = string.Concat(Enumerable.Range(0, 25).Select(i => $"{(i % 5 == 0 ? "the" : "a")} cat{string.Concat(Enumerable.Repeat(" sat", i))}\t{(i < 20 ? "a" : "b")}\n"));
        return TaskTable.Classification(Column.Named("s", 1), null, Column.Named("l", 2)).Read([_temporary.File("sorted.tsv", words)], ["a", "b"], Rows());
    }

    private static int[] Counts(LabelledExamples examples) => [.. Enumerable.Range(0, 2).Select(label => Enumerable.Range(0, examples.Count).Count(i => examples.ClassOf(i) == label))];

    private static string Ids(Sample sample) => string.Join(' ', sample.Rows[0].Ids);

    private RowBuilder Rows() => new(_tokenizer, 64);
}

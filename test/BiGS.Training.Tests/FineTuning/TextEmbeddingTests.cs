using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

/// <summary>How texts become contrasts and pairs, and how vectors become figures.</summary>
public sealed class TextEmbeddingTests : IDisposable
{
    private const string Words = "the cat sat on a mat . who sat where ? dogs run fast , birds fly high in paris and london";

    private static readonly ContrastColumns Triplets = new(Column.Named("a", 1), Column.Named("b", 2), Column.Named("c", 3));

    private readonly TemporaryFolder _temporary = new();
    private readonly BertTokenizer _tokenizer = new WordPieceTrainer { Size = 200 }.Train([Words, Words]);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void PairsAndTripletsAreContrasts()
    {
        string path = _temporary.File("a.tsv", "a\tb\tc\nthe cat\ta mat\tdogs run\nthe cat\tbirds fly\ta mat\n");
        LabelledExamples triplets = Learned(Triplets, path);
        Assert.Equal(2, triplets.Count);
        Assert.Equal(["[CLS] the cat [SEP]", "[CLS] a mat [SEP]", "[CLS] dogs run [SEP]"], triplets.Samples[0].Rows.Select(Text));
        Assert.Equal([[0, 1, 2], [0, 3, 1]], triplets.Samples.Select(sample => ((TextsTarget)sample.Target!).Texts));
        Assert.Single(Learned(Triplets, path, limit: 1).Samples);
        LabelledExamples pairs = Learned(new ContrastColumns(Column.Named("b"), Column.Named("a")), path);
        Assert.Equal(["[CLS] birds fly [SEP]", "[CLS] the cat [SEP]"], pairs.Samples[1].Rows.Select(Text));
    }

    [Fact]
    public void SentencesOfPlainTextAreTheirOwnTwins()
    {
        string path = _temporary.File("a.txt", "Cats\n\nThe cat sat on a mat. Who sat where, dogs or birds? “Dogs run very fast.” No.\nBirds fly high in Paris and 3.5 dogs run.\n");
        LabelledExamples examples = Learned(null, path);
        Assert.Equal(
            ["The cat sat on a mat.", "Who sat where, dogs or birds?", "“Dogs run very fast.”", "Birds fly high in Paris and 3.5 dogs run."],
            SentenceSplitter.Split(File.ReadAllText(path)));
        Assert.Equal(4, examples.Count);
        Assert.All(examples.Samples, sample =>
        {
            Assert.Equal(sample.Rows[0].Ids, sample.Rows[1].Ids);
            Assert.True(sample.Target is TextsTarget { Texts: [var first, var second] } && first == second);
        });
        Assert.Contains("sentence1, sentence2, score", Assert.Throws<InvalidDataException>(() => Kind(null).BestMetricOf(examples)).Message, StringComparison.Ordinal);
        LabelledExamples column = Learned(new ContrastColumns(Column.Named("a", 1)), _temporary.File("b.tsv", "the cat\nthe cat\n"));
        Assert.Equal([[0, 0], [0, 0]], column.Samples.Select(sample => ((TextsTarget)sample.Target!).Texts));
        Assert.Throws<InvalidDataException>(() => Learned(null, _temporary.File("c.txt", "Cats\n")));
    }

    /// <summary>Without dropout both readings would be one: only then, and only for texts alone, it is set.</summary>
    [Fact]
    public void TwinsNeedDropout()
    {
        var still = new BiGSConfig { HiddenDropoutProb = 0 };
        BiGSConfig shaken = Kind(null).Configure(still, []);
        Assert.True(shaken is { HiddenDropoutProb: 0.1, BlockDropoutProb: 0.1 });
        Assert.Equal(still, Kind(Triplets).Configure(still, []));
        Assert.Equal(new BiGSConfig(), Kind(null).Configure(new BiGSConfig(), []));
    }

    [Fact]
    public void ScoredPairsAreRanked()
    {
        string path = _temporary.File("a.csv", "sentence1,sentence2,score\na cat,a cat,5\nthe cat sat,a cat,3\ndogs run,birds fly,0\n");
        LabelledExamples examples = Kind(Triplets).Read([path], [], Rows);
        float[][] answers = [[1, 0, 1, 0], [1, 0, 1, 1], [1, 0, -1, 0]];
        Score score = examples.Score("embedding", answers);
        Assert.Equal(1, score.Metrics["spearman"], 12);
        Assert.Equal(1, score.Metrics["spearman_of_shared_words"], 12);
        Assert.Equal("spearman", Kind(Triplets).BestMetricOf(examples));
        Assert.Equal(["0\t1.0000", "1\t0.7071", "2\t-1.0000"], examples.PredictedLabels(answers));
        Assert.Equal(0, examples.Score("embedding", examples.Baseline(examples)).Metrics["spearman"]);
        Assert.Equal(-1, examples.Subset(i => i > 0).Score("embedding", [answers[2], answers[1]]).Metrics["spearman"], 12);
    }

    /// <summary>Pairs kept aside: a text should find its own among all, and copies of its own do not compete.</summary>
    [Fact]
    public void PairsKeptAsideFindEachOther()
    {
        string path = _temporary.File("a.tsv", "a\tb\nthe cat\ta mat\ndogs\tbirds fly\nparis\tbirds fly\nlondon\thigh\n");
        LabelledExamples examples = Learned(new ContrastColumns(Column.Named("a"), Column.Named("b")), path);
        Assert.Equal("accuracy", Kind(Triplets).BestMetricOf(examples));
        float[][] answers = [[1, 0, 1, 0.1f], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 1, 1]];
        Assert.Equal(0.75, examples.Score("embedding", answers).Metrics["accuracy"]);
        Assert.Equal("3\t1", examples.PredictedLabels(answers).Last());
        Assert.Equal(0.25, examples.Score("embedding", examples.Baseline(examples)).Metrics["accuracy"]);
    }

    private static TextEmbedding Kind(ContrastColumns? learned) => new(learned, ScoredPairColumns.StsB);

    private RowBuilder Rows => new(_tokenizer, 32);

    private LabelledExamples Learned(ContrastColumns? columns, string path, int? limit = null) => Kind(columns).ReadTraining([path], [], Rows, limit);

    private string Text(TokenRow row) => string.Join(' ', row.Ids.Select(id => _tokenizer.Vocabulary.Tokens[id]));
}

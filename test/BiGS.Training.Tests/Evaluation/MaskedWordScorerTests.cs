using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using CsCheck;

namespace BiGS.Training.Tests.Evaluation;

public class MaskedWordScorerTests
{
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void BatchesSayWhatRowsSayOneByOne(Architecture architecture, Routing routing)
    {
        using BiGSForMaskedLM model = SmallWords.Model(architecture, routing);
        Gen<MaskedQuestion> question =
            from ids in Gen.Int[1, 29].Array[1, 24]
            from position in Gen.Int[0, ids.Length - 1]
            from words in Gen.Int[0, 29].Array[1, 3]
            select new MaskedQuestion(ids, position, words);
        question.List[1, 12].Sample(questions => Holds(model, [.. questions, .. questions.Take(2)]), iter: 8, threads: 1);
    }

    /// <summary>More positions than one batch has, and rows that occur in several questions.</summary>
    [Fact]
    public void ManyBatchesSayWhatOneSays()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        var random = new Random(1);
        MaskedQuestion[] questions =
        [
            .. Enumerable.Range(0, 600).Select(_ => new MaskedQuestion(
                [.. Enumerable.Range(0, random.Next(2, 20)).Select(_ => random.Next(1, 4))], random.Next(2), [random.Next(30)])),
        ];
        var shares = new List<double>();
        IReadOnlyList<double[]> all = model.MaskedWords(padId: 0).LogProbabilities(questions, new Immediately(shares.Add), TestContext.Current.CancellationToken);
        Assert.InRange(shares.Count, 2, 100);
        Assert.Equal(1, shares[^1]);
        Assert.Equal(shares.Order(), shares);
        for (int i = 0; i < questions.Length; i += 7)
        {
            Assert.Equal(SmallWords.LogProbability(model, questions[i].Ids, questions[i].Position, questions[i].Words[0]), all[i][0], 1e-5);
        }
    }

    /// <summary>A model that hears its padding is asked as it was trained: in rows of full length.</summary>
    [Fact]
    public void PaddingThatIsHeardIsAlwaysTheSame()
    {
        using BiGSForMaskedLM model = SmallWords.Model(maskPadding: false);
        MaskedQuestion[] questions = [new(SmallWords.Row("the [MASK] laughs ."), 2, [8, 9]), new(SmallWords.Row("the old [MASK]"), 3, [8])];
        Holds(model, questions);
        using BiGSForMaskedLM deaf = SmallWords.Model();
        double[] heard = model.MaskedWords(padId: 0).LogProbabilities(questions, cancellationToken: TestContext.Current.CancellationToken)[0];
        double[] unheard = deaf.MaskedWords(padId: 0).LogProbabilities(questions, cancellationToken: TestContext.Current.CancellationToken)[0];
        Assert.NotEqual(unheard[0], heard[0], 1e-4); // the same weights: only the padding differs
    }

    [Fact]
    public void TheModelStaysInItsMode()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        model.train();
        MaskedQuestion[] none = [];
        Assert.Empty(model.MaskedWords(padId: 0).LogProbabilities(none, cancellationToken: TestContext.Current.CancellationToken));
        Assert.True(model.training);
    }

    [Fact]
    public void ARowThatIsTooLongIsNamed()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        MaskedWordScorer words = model.MaskedWords(padId: 0);
        Assert.Equal(24, words.MaxRowLength);
        string message = Assert.Throws<ArgumentException>(() => words.LogProbabilities([new MaskedQuestion(new int[25], 0, [1])], cancellationToken: TestContext.Current.CancellationToken)).Message;
        Assert.Contains("25 tokens", message, StringComparison.Ordinal);
        Assert.Contains("at most 24", message, StringComparison.Ordinal);
    }

    private static void Holds(BiGSForMaskedLM model, IReadOnlyList<MaskedQuestion> questions)
    {
        IReadOnlyList<double[]> all = model.MaskedWords(padId: 0).LogProbabilities(questions);
        for (int i = 0; i < questions.Count; i++)
        {
            Assert.Equal(questions[i].Words.Length, all[i].Length);
            foreach ((int word, double probability) in questions[i].Words.Zip(all[i]))
            {
                Assert.Equal(SmallWords.LogProbability(model, questions[i].Ids, questions[i].Position, word), probability, 1e-5);
            }
        }
    }

    private sealed class Immediately(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}

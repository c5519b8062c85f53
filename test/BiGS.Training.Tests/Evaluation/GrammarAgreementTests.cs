using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class GrammarAgreementTests
{
    private const int Documents = 20;

    /// <summary>Every verb by itself: the sentence's words one by one, its verb hidden, one row with all logits.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EachVerbIsAskedForByItself(bool maskPadding)
    {
        GrammarDocument[] documents = [.. new GrammarCorpus(3).HeldOut(Documents)];
        string[] words = [.. documents.SelectMany(d => d.Sentences).SelectMany(s => s.Words.Concat(s.Agreements.Select(a => a.OtherForm))).Distinct()];
        string lacking = documents[0].Sentences.SelectMany(s => s.Agreements).First(a => a.Verb is not ("is" or "are")).OtherForm;
        var tokenizer = new BertTokenizer(new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, .. words.Where(word => word != lacking)]));
        using BiGSForMaskedLM model = SmallModels.MaskedLm(
            SmallModels.Config() with { VocabSize = tokenizer.VocabularySize, MaskPadding = maskPadding, MaxPositionEmbeddings = 20 });

        var expected = new List<(Agreement Verb, bool Right)>();
        (int notOnePiece, int tooLong) = (0, 0);
        foreach (GrammarSentence sentence in documents.SelectMany(d => d.Sentences))
        {
            foreach (Agreement verb in sentence.Agreements)
            {
                int[] ids =
                [
                    tokenizer.Vocabulary.ClassificationId,
                    .. sentence.Words.Select((word, w) => w == verb.VerbIndex ? tokenizer.Vocabulary.MaskId : tokenizer.Vocabulary.Id(word)),
                    tokenizer.Vocabulary.SeparatorId,
                ];
                if (ids.Length > 20)
                {
                    tooLong++;
                }
                else if (verb.OtherForm == lacking || verb.Verb == lacking)
                {
                    notOnePiece++;
                }
                else
                {
                    double Alone(string form) => SmallWords.LogProbability(model, ids, verb.VerbIndex + 1, tokenizer.Vocabulary.Id(form));
                    expected.Add((verb, Alone(verb.Verb) > Alone(verb.OtherForm)));
                }
            }
        }

        Score score = GrammarAgreement.ScoreInDetail(model, tokenizer, documents, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(expected.Count > 50 && notOnePiece > 0 && tooLong > 0);
        Assert.Equal((expected.Count, notOnePiece, tooLong), (score.Count, score.Skipped["not_one_piece"], score.Skipped["too_long"]));
        Assert.Equal(Share(expected), score.Metrics["accuracy"], 1e-12);
        foreach (IGrouping<int, (Agreement, bool Right)> group in expected.GroupBy(answer => answer.Verb.Attractors))
        {
            Assert.Equal(Share(group), score.Metrics[$"accuracy_attractors_{group.Key}"], 1e-12);
        }

        foreach (IGrouping<int, (Agreement, bool Right)> group in expected.GroupBy(answer => Math.Min(answer.Verb.Distance, 10)))
        {
            string name = group.Key < 10 ? $"accuracy_distance_{group.Key}" : "accuracy_distance_10_or_more";
            Assert.Equal(Share(group), score.Metrics[name], 1e-12);
            Assert.Equal(group.Count(), score.Counts[name]);
        }

        Assert.Equal(
            expected.GroupBy(answer => answer.Verb.Attractors).OrderBy(group => group.Key).Select(group => new AgreementScore(group.Key, group.Count(a => a.Right), group.Count())),
            GrammarAgreement.Score(model, tokenizer, documents, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void HeldOutTextIsNoTrainingText()
    {
        var grammar = new GrammarCorpus(42);
        Assert.Equal(3, grammar.HeldOut(3).Count());
        Assert.Empty(grammar.HeldOut(50).Select(d => d.Text).Intersect(grammar.Documents(0, 2_000).Select(d => d.Text)));
    }

    private static double Share(IEnumerable<(Agreement Verb, bool Right)> answers) => answers.Average(answer => answer.Right ? 1.0 : 0);
}

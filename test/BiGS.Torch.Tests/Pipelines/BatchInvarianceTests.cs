using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Torch.Tests.Pipelines;

/// <summary>Padding and batching never change an answer: random texts alone, in batches, in any order, from several threads, through every pipeline.</summary>
public sealed class BatchInvarianceTests
{
    private const int FewTogether = 7;
    private const int Top = 20;

    private static readonly string[] Words = ["the", "farmer", "near", "trees", "sleeps", "sleep", ".", ",", "and", "nobody", "knows", "why", "sleepers", "nearby"];

    private static bool IsSlow => Environment.GetEnvironmentVariable("BIGS_SLOW") == "1";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public static TheoryData<string, Precision, bool> OfSmallModels => new MatrixTheoryData<string, Precision, bool>(
        ["embed", "fill-mask", "classify", "tag", "answer", "score"], [Precision.Fp32, Precision.Bf16], [true, false]);

    public static TheoryData<string, Precision> OfTheShippedModel => new MatrixTheoryData<string, Precision>(["embed", "fill-mask", "score"], [Precision.Fp32, Precision.Bf16]);

    /// <summary>A thousand texts, a hundred where time is short.</summary>
    [Theory]
    [MemberData(nameof(OfSmallModels))]
    public void ATextHasOneAnswerInAnyCompany(string pipeline, Precision precision, bool maskPadding)
    {
        using var model = new SmallModel(maskPadding, HeadOf(pipeline));
        AnswersTheSame(pipeline, model.Folder, precision, IsSlow ? 1_000 : 100, Words, longest: 10);
    }

    /// <summary>The same of a model of some size, with texts of many lengths; a score reads a text once a word, and gets fewer and shorter ones.</summary>
    [Theory]
    [MemberData(nameof(OfTheShippedModel))]
    public void SoHasATextThatTheShippedModelReads(string pipeline, Precision precision)
    {
        string[] words = [.. BertTokenizer.Open(ShippedModel.Folder).Vocabulary.Tokens.Where(token => char.IsAsciiLetter(token[0]))];
        int share = pipeline == "score" ? 4 : 1;
        AnswersTheSame(pipeline, ShippedModel.Folder, precision, (IsSlow ? 1_000 : 12) / share, words, longest: 60 / share);
    }

    private static void AnswersTheSame(string pipeline, string folder, Precision precision, int count, string[] words, int longest)
    {
        using var asked = Asked.Of(pipeline, folder, precision);
        var random = new Random(11);
        string[] texts = [.. Enumerable.Range(0, count).Select(_ => Text(random, words, longest, hasMask: pipeline == "fill-mask"))];
        Said[] alone = [.. texts.Select(text => asked.Ask([text])[0])];
        int[] shuffled = [.. Enumerable.Range(0, count)];
        random.Shuffle(shuffled);
        double limit = precision == Precision.Fp32 ? 1e-5 : 1e-2;
        AskTogether([.. shuffled.Order()]);
        AskTogether(shuffled);
        Parallel.ForEach(shuffled.Chunk(FewTogether), AskTogether);

        void AskTogether(int[] company)
        {
            foreach ((int i, Said said) in company.Zip(asked.Ask([.. company.Select(i => texts[i])])))
            {
                double largest = alone[i].Numbers.Max(Math.Abs);
                Assert.True(alone[i].First == said.First, $"\"{texts[i]}\": alone {alone[i].First}, in company {said.First}");
                Assert.All(alone[i].Numbers.Zip(said.Numbers), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, limit * largest));
            }
        }
    }

    private static string HeadOf(string pipeline) => pipeline switch
    {
        "classify" => "BiGSForSequenceClassification",
        "tag" => "BiGSForTokenClassification",
        "answer" => "BiGSForQuestionAnswering",
        _ => "BiGSForMaskedLM",
    };

    private static string Text(Random random, string[] words, int longest, bool hasMask)
    {
        string[] text = random.GetItems(words, random.Next(1, longest));
        if (hasMask)
        {
            text[random.Next(text.Length)] = "[MASK]";
        }

        return string.Join(' ', text);
    }

    /// <summary>What a pipeline says of a text: numbers, and what it answers first.</summary>
    private sealed record Said(double[] Numbers, string First);

    /// <summary>A pipeline, asked for texts.</summary>
    private sealed record Asked(IDisposable Pipeline, Func<string[], Said[]> Ask) : IDisposable
    {
        public static Asked Of(string name, string folder, Precision precision)
        {
            switch (name)
            {
                case "embed":
                    Embedder embedder = Embedder.Open(folder, OnTorch.In(precision));
                    return new(embedder, texts => [.. embedder.Embed(texts, tooLong: LongTextBehavior.Truncate, cancellationToken: Now).Select(vector => new Said([.. vector.Select(x => (double)x)], ""))]);
                case "fill-mask":
                    FillMask fill = FillMask.Open(folder, OnTorch.In(precision));
                    return new(fill, texts => [.. fill.Fill(texts, Top, Now).Select(masks => new Said(
                        [.. masks[0].Candidates.Select(word => word.Probability)], masks[0].Candidates[0].Token))]);
                case "classify":
                    Classifier classifier = Classifier.Open(folder, OnTorch.In(precision));
                    return new(classifier, texts => [.. classifier.Classify([.. texts.Select(text => (ModelText)text)], cancellationToken: Now).Select(answer => new Said(
                        [.. answer.Labels.OrderBy(label => label.Label, StringComparer.Ordinal).Select(label => label.Probability)], answer.Labels[0].Label))]);
                case "tag":
                    Tagger tagger = Tagger.Open(folder, OnTorch.In(precision));
                    return new(tagger, texts => [.. tagger.Tag(texts, cancellationToken: Now).Select(tags => new Said(
                        [.. tags.Select(word => word.Probability)], string.Join(' ', tags.Select(word => word.Tag))))]);
                case "answer":
                    Answerer answerer = Answerer.Open(folder, OnTorch.In(precision));
                    return new(answerer, texts => [.. answerer.Answer([.. texts.Select(text => new QuestionContext("why", $"{text} {text} {text}"))], cancellationToken: Now).Select(found => new Said(
                        [found.Best!.Probability], found.Best.Text))]);
                default:
                    Scorer scorer = Scorer.Open(folder, OnTorch.In(precision));
                    return new(scorer, texts => [.. scorer.Score(texts, Now).Select(score => new Said([score.LogLikelihood], ""))]);
            }
        }

        public void Dispose() => Pipeline.Dispose();
    }
}

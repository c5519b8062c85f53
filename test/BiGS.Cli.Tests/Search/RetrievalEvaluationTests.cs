using BiGS.Cli.Tests.Commands;
using BiGS.Search;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Evaluation;
using BiGS.Weights;

namespace BiGS.Cli.Tests.Search;

public class RetrievalEvaluationTests
{
    private static readonly string[] Texts = ["the farmer near the trees", "nobody knows why", "the trees sleep", "the trees sleep ."];

    /// <summary>A text finds itself first; one that is just as near as another counts as second.</summary>
    [Fact]
    public void ATextFindsItself()
    {
        using var folder = new SmallModel();
        using SearchModel model = SearchModel.Open(folder.Folder, OnTorch.Fp32);
        Score score = RetrievalEvaluation.Score(model, Texts, [.. Texts.Take(3).Select((text, i) => new RetrievalQuestion(text, i))], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, score.Count);
        Assert.Equal(1, score.Metrics["recall_1"]);
        Assert.Equal(2.0 / 3, score.Metrics["bm25_recall_1"], 1e-9); // to words alone, the third and the fourth are the same
        Assert.Equal(1, score.Metrics["bm25_recall_10"]);
        Assert.InRange(score.Intervals["bm25_recall_1"].Low, 0, 0.66);
    }

    /// <summary>A question finds a text that the model cannot read at once, by the passage that it stands in.</summary>
    [Fact]
    public void ALongTextIsFoundByAPassage()
    {
        using var folder = new SmallModel();
        using SearchModel model = SearchModel.Open(folder.Folder, OnTorch.Fp32);
        string sentence = "nobody knows why the trees sleep .";
        string text = string.Concat(Enumerable.Repeat("the farmer sleeps near the trees and near the farmer . ", 9)) + sentence;
        PassageSplitter cutter = model.CreateSplitter(model.DefaultPassage.Tokens, model.DefaultPassage.Overlap);
        string last = cutter.Split(text)[^1].Text;
        Score score = RetrievalEvaluation.Score(
            model, [.. Texts, text], [new RetrievalQuestion(last, Texts.Length)], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, score.Metrics["recall_1"]);
    }

    [Fact]
    public void Bm25IsItsFormula()
    {
        var words = new Bm25(["a b b", "a c", "d"], BertTokenizer.Open(ShippedModel.Folder).Normalizer);
        double Expected(double rarity, double times, double length) => rarity * times * 2.2 / (times + (1.2 * (0.25 + (0.75 * length / 2))));
        double[] scores = words.Scores("B, a x?");
        Assert.Equal(Expected(Math.Log(1 + (2.5 / 1.5)), 2, 3) + Expected(Math.Log(1 + (1.5 / 2.5)), 1, 3), scores[0], 1e-12);
        Assert.Equal(Expected(Math.Log(1 + (1.5 / 2.5)), 1, 2), scores[1], 1e-12);
        Assert.Equal(0, scores[2]);
    }

    [Fact]
    public void TheCommandReadsSquadsForm()
    {
        using var model = new SmallModel();
        string data = model.Written("squad.json", """
            {"data": [{"paragraphs": [
              {"context": "the farmer near the trees", "qas": [{"id": "1", "question": "the farmer near the trees", "answers": []}, {"id": "2", "question": "who sleeps", "answers": []}]},
              {"context": "nobody knows why", "qas": [{"id": "3", "question": "nobody knows why", "answers": []}]}]}]}
            """);
        var score = Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder, "--json").Succeeded().Objects.Single();
        Assert.Equal(3, score.GetProperty("count").GetInt32());
        Assert.Equal(1, score.GetProperty("metrics").GetProperty("recall_10").GetDouble());
        var byOnnx = Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder, "--backend", "onnx", "--json").Succeeded().Objects.Single();
        Assert.Equal(score.GetProperty("metrics").GetRawText(), byOnnx.GetProperty("metrics").GetRawText());
        Assert.Contains("among 2", Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder).Succeeded().Output, StringComparison.Ordinal);
        string empty = model.Written("empty.json", """{"data": []}""");
        Bigs.Run("evaluate", "--task", "retrieval", "--data", empty, "--model", model.Folder).FailedWith(1, "empty.json", "no question");
    }
}

using BiGS.Cli.Tests.Commands;
using BiGS.Search;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Tests.Search;

public class RetrievalEvaluationTests
{
    private static readonly string[] Texts = ["the farmer near the trees", "nobody knows why", "the trees sleep", "the trees sleep ."];

    /// <summary>A text finds itself first, by words, by vectors and by both.</summary>
    [Fact]
    public void ATextFindsItself()
    {
        using var folder = new SmallModel();
        using SearchModel model = SearchModel.Open(folder.Folder, OnTorch.Fp32);
        Score score = RetrievalEvaluation.Score(model, Texts, [.. Texts.Take(3).Select((text, i) => new RetrievalQuestion(text, i))], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, score.Count);
        Assert.Equal(1, score.Metrics["recall_1"]);
        Assert.Equal(1, score.Metrics["bm25_recall_1"]);
        Assert.Equal(1, score.Metrics["hybrid_recall_1"]);
        Assert.Equal(1, score.Metrics["bm25_recall_10"]);
        Assert.Equal(score.Metrics.Keys, score.Intervals.Keys);
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

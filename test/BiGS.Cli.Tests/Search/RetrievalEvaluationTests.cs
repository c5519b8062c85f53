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
        RetrievalSet set = RetrievalSet.OfPairs([.. Texts.Take(2).Select(text => (text, text)), ("", Texts[2])]) with { Questions = [Question(Texts[0], 0), Question(Texts[1], 1)] };
        Score score = RetrievalEvaluation.Score(model, set, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, score.Count);
        Assert.Equal(1, score.Metrics["recall_1"]);
        Assert.Equal(1, score.Metrics["bm25_recall_1"]);
        Assert.Equal(1, score.Metrics["hybrid_recall_1"]);
        Assert.Equal(1, score.Metrics["hybrid_mrr_10"]);
        Assert.Equal(1, score.Metrics["hybrid_ndcg_10"], 1e-9);
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
            model, new RetrievalSet([.. Texts.Append(text).Select(one => new RetrievalText(null, one))], [Question(last, Texts.Length)]), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, score.Metrics["recall_1"]);
    }

    /// <summary>Of equal scores the right text counts as last; a text stands where the best of its passages does.</summary>
    [Fact]
    public void ATieIsWrong()
    {
        var relevance = new Dictionary<int, int> { [1] = 1, [4] = 2 };
        int[] gains = RetrievalEvaluation.Gains([(0, 0.5), (1, 0.9), (2, 0.9), (3, 0.1), (0, 0.95), (4, 0.2)], relevance);
        Assert.Equal([0, 0, 1, 2, 0], gains);
        Dictionary<string, double> figures = RetrievalEvaluation.Figures(gains, relevance).ToDictionary(figure => figure.Name, figure => figure.Value);
        Assert.Equal((0, 0.5, 1), (figures["recall_1"], figures["recall_3"], figures["recall_10"]));
        Assert.Equal(1.0 / 3, figures["mrr_10"], 1e-12);
        Assert.Equal(((1 / 2.0) + (3 / Math.Log2(5))) / (3 + (1 / Math.Log2(3))), figures["ndcg_10"], 1e-12);
        Assert.All(RetrievalEvaluation.Figures([.. Enumerable.Repeat(0, 10), 1], new Dictionary<int, int> { [1] = 1 }), figure => Assert.Equal(0, figure.Value));
    }

    [Fact]
    public void AFolderIsReadInTheFormOfBeir()
    {
        using var model = new SmallModel();
        string folder = Path.GetDirectoryName(model.Written("corpus.jsonl", "{\"_id\": \"a\", \"title\": \"farm\", \"text\": \"the farmer near the trees\"}\n{\"_id\": \"b\", \"title\": \"\", \"text\": \"nobody knows why\"}\n"))!;
        model.Written("queries.jsonl", "{\"_id\": \"q1\", \"text\": \"the farmer\"}\n{\"_id\": \"q2\", \"text\": \"why\"}\n");
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        string judgements = Path.Combine(folder, "qrels", "test.tsv");
        File.WriteAllText(judgements, "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\n");
        RetrievalSet set = RetrievalSet.OfFolder(folder);
        Assert.Equal([new RetrievalText("farm", "the farmer near the trees"), new RetrievalText(null, "nobody knows why")], set.Texts);
        RetrievalQuestion question = Assert.Single(set.Questions);
        Assert.Equal(("the farmer", 0, 2), (question.Text, question.Relevance.Single().Key, question.Relevance.Single().Value));
        Assert.Equal(1, Bigs.Run("evaluate", "--task", "retrieval", "--data", folder, "--model", model.Folder, "--json").Succeeded().Objects.Single().GetProperty("count").GetInt32());
        File.WriteAllText(judgements, "query-id\tcorpus-id\tscore\nq1\tc\t1\n");
        Assert.Contains("no text \"c\"", Assert.Throws<InvalidDataException>(() => RetrievalSet.OfFolder(folder)).Message, StringComparison.Ordinal);
        File.Delete(judgements);
        Assert.Contains("qrels", Assert.Throws<FileNotFoundException>(() => RetrievalSet.OfFolder(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCommandReadsPairsInATable()
    {
        using var model = new SmallModel();
        string data = model.Written("pairs.tsv", "question\tpassage\tlabel\nthe farmer\tthe farmer near the trees\t1\nwhy\tnobody knows why\t0\nwho\tnobody knows why\t1\n");
        Assert.Contains("3 questions, each to find its text among 2", Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder).Succeeded().Output, StringComparison.Ordinal);
        Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder, "--text-column", "label", "--pair-column", "passage").Succeeded();
        Bigs.Run("evaluate", "--task", "retrieval", "--data", data, "--model", model.Folder, "--text-column", "none").FailedWith(1, "no column \"none\"");
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

    private static RetrievalQuestion Question(string text, int right) => new(text, new Dictionary<int, int> { [right] = 1 });
}

using System.Text.Json.Nodes;
using BiGS.Cli.Tests.Commands;
using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Pipelines;

/// <summary>Answers of a fine-tuned model, against the head's own logits for one window by itself and every stretch written out.</summary>
[Collection(TorchGlobals.Name)]
public class AnswererTests
{
    private const string Head = "BiGSForQuestionAnswering";
    private const string Short = "the farmer near the trees sleeps .";
    private const string Question = "why , farmer";

    private static readonly string Long = string.Join(' ', Enumerable.Repeat("the trees near the farmer sleep , and nobody knows why .", 4));

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, Short)]
    [InlineData(true, "the trees near the farmer sleep , and nobody knows why . the farmer near the trees sleeps .")]
    [InlineData(false, Short)]
    public void TheBestStretchOfAllWindowsIsTheAnswer(bool maskPadding, string text)
    {
        using var model = new SmallModel(maskPadding, Head);
        using Answerer answerer = Answerer.Open(model.Folder, OnTorch.Fp32);
        AnswerResult found = answerer.Answer([new QuestionContext(Question, text)], top: 4, Now)[0];
        Dictionary<(int Start, int End), double> expected = Stretches(model, text, maskPadding ? null : SmallModel.Positions);
        double all = expected.Values.Sum(Math.Exp);
        (int Start, int End) best = expected.MaxBy(stretch => stretch.Value).Key;
        Assert.Equal(best, (found.Best!.Start, found.Best.End));
        Assert.Null(found.NoAnswerProbability);
        Assert.False(answerer.CanAbstain);
        Assert.Equal(4, found.Candidates.Count);
        Assert.Equal(found.Candidates.OrderByDescending(candidate => candidate.Probability), found.Candidates);
        Assert.Equal(4, found.Candidates.Select(candidate => candidate.Text).Distinct().Count());
        Assert.All(found.Candidates, candidate =>
        {
            Assert.Equal(candidate.Text, text[candidate.Start..candidate.End]);
            Assert.Equal(Math.Exp(expected[(candidate.Start, candidate.End)]) / all, candidate.Probability, 1e-5);
        });
    }

    [Fact]
    public void NoAnswerIsSaidByAModelThatLearnedTo()
    {
        using var model = new SmallModel(head: Head);
        double none = 0;
        AnswerResult With(double threshold)
        {
            JsonNode config = JsonNode.Parse(File.ReadAllText(model.File(ConfigFile.Name)))!;
            config[ConfigFile.NoAnswerThresholdKey] = threshold;
            File.WriteAllText(model.File(ConfigFile.Name), config.ToJsonString());
            using Answerer answerer = Answerer.Open(model.Folder, OnTorch.Fp32);
            Assert.True(answerer.CanAbstain);
            return answerer.Answer([new QuestionContext(Question, Short)], cancellationToken: Now)[0];
        }

        Dictionary<(int, int), double> stretches = Stretches(model, Short, null, score => none = score);
        double margin = none - stretches.Values.Max();
        Assert.NotNull(With(margin + 0.01).Best);
        AnswerResult silent = With(margin - 0.01);
        Assert.Null(silent.Best);
        Assert.Equal(Math.Exp(none) / (Math.Exp(none) + stretches.Values.Sum(Math.Exp)), silent.NoAnswerProbability!.Value, 1e-5);
        Assert.Single(silent.Candidates);
    }

    /// <summary>Fine-tuning on questions without answers leaves the threshold where the answerer finds it.</summary>
    [Fact]
    public void WhatWasLearnedOfNoAnswerIsKept()
    {
        using var model = new SmallModel();
        const string Questions = """
            {"data": [{"paragraphs": [{"context": "the farmer near the trees sleeps .", "qas": [
              {"id": "1", "question": "why", "answers": [{"text": "farmer", "answer_start": 4}]}, {"id": "2", "question": "nobody", "answers": [], "is_impossible": true}]}]}]}
            """;
        string data = model.Written("a.json", Questions);
        var figures = Bigs.Run(
            "finetune", "--task", "squad", "--train", data, "--validation", data, "--model", model.Folder, "--out", model.File("tuned"), "--epochs", "1", "--json").Succeeded().Objects[0];
        double threshold = figures.GetProperty("metrics").GetProperty(ConfigFile.NoAnswerThresholdKey).GetDouble();
        Assert.Equal(threshold, CheckpointFolder.ReadConfig(model.File("tuned")).NoAnswerThreshold);
        using Answerer answerer = Answerer.Open(model.File("tuned"), OnTorch.Fp32);
        Assert.True(answerer.CanAbstain);
        Assert.InRange(answerer.Answer([new QuestionContext("why", Short)], cancellationToken: Now)[0].NoAnswerProbability!.Value, 0, 1);
    }

    [Fact]
    public void WhatCannotBeAnsweredIsSaid()
    {
        using var model = new SmallModel(head: Head);
        using Answerer answerer = Answerer.Open(model.Folder, OnTorch.Fp32);
        Assert.Contains("question 2 of 2: the text is empty", Assert.Throws<ArgumentException>(() => answerer.Answer([new QuestionContext("why", Short), new QuestionContext("why", " ")], cancellationToken: Now)).Message, StringComparison.Ordinal);
        Assert.Contains("question is empty", Assert.Throws<ArgumentException>(() => answerer.Answer([new QuestionContext("", Short)], cancellationToken: Now)).Message, StringComparison.Ordinal);
        Assert.Contains("from 8 to 24", Assert.Throws<ArgumentOutOfRangeException>(() => Answerer.Open(model.Folder, OnTorch.Fp32, window: 25)).Message, StringComparison.Ordinal);
        Assert.Empty(answerer.Answer([], cancellationToken: Now));
        AnswerResult nothing = answerer.Answer([new QuestionContext("why", "\u200b")], cancellationToken: Now)[0];
        Assert.Empty(nothing.Candidates);
        Assert.Null(nothing.Best);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => answerer.Answer([new QuestionContext("why", Short)], cancellationToken: stopped.Token));
        using var masked = new SmallModel();
        Assert.Contains(Head, Assert.Throws<InvalidDataException>(() => Answerer.Open(masked.Folder, OnTorch.Fp32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCommandAnswersFromATextAFileOrALine()
    {
        using var model = new SmallModel(head: Head);
        string[] told = Bigs.Run("answer", "--model", model.Folder, "--text", Long, Question).Succeeded().Lines;
        string[] read = Bigs.Run("answer", "--model", model.Folder, "--file", model.Written("a.txt", Long), Question).Succeeded().Lines;
        string[] beside = Bigs.RunOn($"{Question}\t{Long}\n", "answer", "--model", model.Folder).Succeeded().Lines;
        Assert.Equal(Assert.Single(told), Assert.Single(read));
        Assert.Equal(told, beside);
        Assert.Contains(told[0].Split('\t')[0], Long, StringComparison.Ordinal);

        var answer = Bigs.Run("answer", "--model", model.Folder, "--text", "𝒳 " + Short, "--top", "3", "--json", Question).Succeeded().Objects[0];
        Assert.Equal(3, answer.GetProperty("candidates").GetArrayLength());
        var first = answer.GetProperty("candidates")[0];
        Assert.Equal(answer.GetProperty("answer").GetString(), first.GetProperty("text").GetString());
        (int start, int end) = (first.GetProperty("start").GetInt32(), first.GetProperty("end").GetInt32());
        string[] characters = [.. ("𝒳 " + Short).EnumerateRunes().Select(rune => rune.ToString())];
        Assert.Equal(first.GetProperty("text").GetString(), string.Concat(characters[start..end]));

        Bigs.Run("answer", "--model", model.Folder, Question).FailedWith(1, "--text", "--file");
        Bigs.Run("answer", "--model", model.Folder, "--file", model.Folder, Question).FailedWith(1, "is a folder; expected a file");
        Bigs.Run("answer", "--model", model.Folder, "--text", Short, "--file", "a.txt", Question).FailedWith(2, "one of them");
    }

    /// <summary>Every stretch of at most 30 tokens with its score, the best of all windows.</summary>
    private static Dictionary<(int Start, int End), double> Stretches(SmallModel model, string text, int? padTo, Action<double>? none = null)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        HeadedModel opened = CheckpointFolder.Open(model.Folder).Model;
        TokenizedText encoding = tokenizer.Encode(text, addSpecialTokens: false);
        var scores = new Dictionary<(int, int), double>();
        foreach (AnswerWindow window in AnswerWindow.Create(Question, encoding, tokenizer, SmallModel.Positions))
        {
            int length = padTo ?? window.Ids.Length;
            Tensor Row(Func<int, long> value) => tensor([.. Enumerable.Range(0, length).Select(i => i < window.Ids.Length ? value(i) : 0)], [1, length]);
            IReadOnlyDictionary<string, Tensor> results = opened.Forward(new ModelInput(Row(i => window.Ids[i]), Row(_ => 1), Row(i => i < window.Second ? 0 : 1))).Results;
            float[] starts = results["start_logits"].data<float>().ToArray();
            float[] ends = results["end_logits"].data<float>().ToArray();
            none?.Invoke((double)starts[0] + ends[0]);
            for (int i = 0; i < window.Count; i++)
            {
                for (int j = i; j < Math.Min(window.Count, i + 30); j++)
                {
                    (int, int) place = (encoding.Offsets[window.First + i].Start, encoding.Offsets[window.First + j].End);
                    double score = (double)starts[window.Second + i] + ends[window.Second + j];
                    scores[place] = Math.Max(score, scores.GetValueOrDefault(place, double.NegativeInfinity));
                }
            }
        }

        return scores;
    }
}

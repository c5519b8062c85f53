using BiGS.Cli.Tests.Commands;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Pipelines;

public class EmbedderTests
{
    private static readonly string[] Words = ["the", "a", "river", "sea", "stream", "runs", "flows", "into", "to", "old", "house", "cat", "sleeps", "."];

    /// <summary>The mean over the tokens of the hidden states, for one text by itself and written out.</summary>
    [Fact]
    public void AVectorIsTheMeanOfTheHiddenStates()
    {
        using var model = new SmallModel();
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        string text = "the cat sleeps .";
        HeadedModel opened = CheckpointFolder.Open(model.Folder).Model;
        opened.eval();
        long[] ids = [.. BertTokenizer.Open(model.Folder).Encode(text).Ids.Select(id => (long)id)];
        float[] mean = opened.Bigs.Encode(new ModelInput(tensor(ids, [1, ids.Length]))).mean([1]).data<float>().ToArray();
        AssertNear(mean, Assert.Single(embedder.Embed([text], normalize: false, cancellationToken: Now)), 1e-5);
        double length = Math.Sqrt(mean.Sum(x => (double)x * x));
        AssertNear([.. mean.Select(x => (float)(x / length))], Assert.Single(embedder.Embed([text], cancellationToken: Now)), 1e-5);
        Assert.Equal(embedder.Dimensions, mean.Length);
    }

    /// <summary>Neither company nor order nor the thread changes a vector.</summary>
    [Fact]
    public void ATextHasOneVectorWhereverItStands()
    {
        using var model = new SmallModel();
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        var random = new Random(3);
        string[] texts = [.. Enumerable.Range(0, 100).Select(_ => string.Join(' ', random.GetItems(Words, random.Next(1, 9))))];
        float[][] alone = [.. texts.Select(text => embedder.Embed([text], cancellationToken: Now)[0])];
        foreach (string[] order in (IEnumerable<string[]>)[texts, [.. texts.Reverse()], [.. texts.OrderBy(text => text.Length)]])
        {
            Assert.All(order.Zip(embedder.Embed(order, cancellationToken: Now)), pair => AssertNear(alone[Array.IndexOf(texts, pair.First)], pair.Second, 1e-5));
        }

        Parallel.For(0, 8, _ => Assert.All(texts.Zip(embedder.Embed(texts, cancellationToken: Now)), pair => AssertNear(alone[Array.IndexOf(texts, pair.First)], pair.Second, 1e-5)));
    }

    [Fact]
    public void WhatIsTooLongIsRefusedOrCut()
    {
        using var model = new SmallModel();
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        string text = string.Concat(Enumerable.Repeat("the cat sleeps . ", 100));
        Assert.Contains("shorten", Assert.Throws<ArgumentException>(() => embedder.Embed([text], cancellationToken: Now)).Message, StringComparison.Ordinal);
        Assert.Equal(embedder.Dimensions, Assert.Single(embedder.Embed([text], tooLong: LongTextBehavior.Truncate, cancellationToken: Now)).Length);
        Assert.Empty(embedder.Embed([], cancellationToken: Now));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => embedder.Embed(["the cat"], cancellationToken: stopped.Token));
    }

    [Fact]
    public void TheCommandWritesALineAText()
    {
        using var model = new SmallModel();
        string[] lines = Bigs.RunOn("the cat\na river\n", "embed", "--model", model.Folder).Succeeded().Lines;
        Assert.Equal(2, lines.Length);
        var vector = Bigs.Run("embed", "--model", model.Folder, "--json", "the cat").Succeeded().Objects[0].GetProperty("embedding");
        Assert.Equal(lines[0].Split(' ').Length, vector.GetArrayLength());
        Assert.Equal(1, vector.EnumerateArray().Sum(x => x.GetDouble() * x.GetDouble()), 4);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static void AssertNear(float[] expected, float[] actual, double limit)
    {
        double largest = expected.Max(x => Math.Abs((double)x));
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, limit * largest));
    }
}

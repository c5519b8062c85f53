using BiGS.Configuration;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Data;

namespace BiGS.Training.Tests.Training;

/// <summary>Runs that read prepared folders, mixed.</summary>
[Collection(TorchGlobals.Name)]
public sealed class MixtureTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public MixtureTests()
    {
        Prepare("cats", "cat", 300, null);
        Prepare("dogs", "dog", 40, BertTokenizer.Open(Folder("cats")));
    }

    public void Dispose() => _temporary.Dispose();

    /// <summary>The share of rows with a dog follows the weights, though dogs are a tenth of the text; dogs come round again, masked anew.</summary>
    [Fact]
    public void RowsComeInTheSharesOfTheWeights()
    {
        PretrainingRows rows = Open(Options() with { Weights = [1, 3] });
        bool HasDog(MaskedText text) => rows.Tokenizer.Decode(text.Ids).Contains("dog", StringComparison.Ordinal);
        var source = new BatchSource(rows.Train, 10, 0, seed: 1, PadTo.Longest, rows.Order);
        MaskedText[] texts = [.. Enumerable.Range(0, 128).SelectMany(n => Texts(source.At(n)))];
        double dogs = texts.Count(HasDog) / (double)texts.Length;
        Assert.InRange(dogs, 0.75 - (5 * Math.Sqrt(0.75 * 0.25 / texts.Length)), 0.75 + (5 * Math.Sqrt(0.75 * 0.25 / texts.Length)));
        var sameText = texts.Where(HasDog).GroupBy(text => string.Join(' ', text.Ids)).MaxBy(group => group.Count())!;
        Assert.True(sameText.Count() > 10);
        Assert.True(sameText.Select(text => string.Join(' ', text.Masked)).Distinct().Count() > 5, "the same masks again and again");
    }

    [Fact]
    public void WithoutWeightsAnEpochIsAllRowsOnce()
    {
        PretrainingRows rows = Open(Options());
        Assert.Equal(Enumerable.Range(0, (int)rows.Train.Count).Select(row => ((long)row, 0L)), Enumerable.Range(0, (int)rows.Train.Count).Select(place => rows.Order.At(place)).Order());
        Assert.Equal(298 + 39, rows.Train.Count); // one of a hundred, at least one, of each is kept aside
        Assert.Equal(4, rows.HeldOut.Count);
    }

    [Fact]
    public void AMixedRunGoesOnExactly()
    {
        PretrainingOptions options = Options() with { Weights = [0.4, 0.6] };
        Pretraining.Run(options, Folder("run"), new PretrainingObserver(), TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var observer = new PretrainingObserver { Steps = new At(3, stop.Cancel) };
        Assert.False(Pretraining.Run(options, Folder("stopped"), observer, stop.Token).IsFinished);
        Assert.Equal([0.4, 0.6], PretrainingOptions.Read(Folder("stopped")).Weights);
        Assert.True(Pretraining.Run(PretrainingOptions.Read(Folder("stopped")), Folder("stopped"), new PretrainingObserver(), TestContext.Current.CancellationToken).IsFinished);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder("run"), "model.safetensors")), File.ReadAllBytes(Path.Combine(Folder("stopped"), "model.safetensors")));
    }

    /// <summary>Text that was not prepared is weighed the same way.</summary>
    [Fact]
    public void FilesMayStandBesidePreparedFolders()
    {
        string text = _temporary.File("owls.txt", Text("owl", 20));
        PretrainingRows rows = Open(Options() with { Corpus = [Folder("cats"), text], Weights = [1, 1] });
        Assert.Equal(298 + 19, rows.Train.Count);
        rows = Open(Options() with { Corpus = [Folder("cats"), text], Validation = [Folder("dogs")] });
        Assert.Equal((301 + 20, 40), (rows.Train.Count, rows.HeldOut.Count));
    }

    [Fact]
    public void WhatDoesNotFitTogetherIsRefused()
    {
        void Refuses<T>(PretrainingOptions options, string says, string? tokenizer = null) where T : Exception => Assert.Contains(
            says, Assert.Throws<T>(() => PretrainingRows.Open(options, tokenizer, new PretrainingObserver(), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

        Prepare("others", "eel", 30, null, vocabSize: 90);
        Refuses<InvalidDataException>(Options() with { Corpus = [Folder("cats"), Folder("others")] }, "prepared with another tokenizer");
        Refuses<InvalidDataException>(Options(), "prepared with another tokenizer", Folder("others"));
        Refuses<ArgumentException>(Options() with { Weights = [1] }, "1 weights for 2 sources");
        Refuses<ArgumentException>(Options() with { Weights = [1, 0] }, "weight 2 is 0");
        Refuses<ArgumentException>(Options() with { Corpus = [], Weights = [1, 1] }, "PretrainingOptions.Weights weighs the sources of PretrainingOptions.Corpus");
        Refuses<FileNotFoundException>(Options() with { Corpus = [Folder("cats"), Folder("none")] }, "does not exist");
        File.Delete(Path.Combine(Folder("dogs"), ShardManifest.FileName));
        Refuses<InvalidDataException>(Options(), "the preparation is not finished");
    }

    private static PretrainingRows Open(PretrainingOptions options) =>
        PretrainingRows.Open(options, null, new PretrainingObserver(), TestContext.Current.CancellationToken);

    private PretrainingOptions Options() => new()
    {
        Corpus = [Folder("cats"), Folder("dogs")],
        MaxLength = 64,
        BatchSize = 4,
        Device = "cpu",
        Model = new BiGSConfig { HiddenSize = 16, IntermediateSize = 48, NumHiddenLayers = 1, StateSize = 4 },
        Training = new TrainingOptions { Steps = 6, WarmupSteps = 1, LogEvery = 2, EvalEvery = 3, SaveEvery = 2 },
    };

    private string Folder(string name) => Path.Combine(_temporary.Path, name);

    private static string Text(string animal, int count) =>
        string.Join("\n\n", Enumerable.Range(0, count).Select(i => $"The {animal} number {i} sits on the mat, and no cat or dog or owl is by the river {i} times.".Replace("no cat or dog or owl", animal == "cat" ? "no owl" : $"no {animal}", StringComparison.Ordinal)));

    private void Prepare(string name, string animal, int count, BertTokenizer? tokenizer, int vocabSize = 120)
    {
        string text = _temporary.File($"{name}.txt", Text(animal, count) + (tokenizer is null ? "\n\ncat dog owl cat dog owl" : ""));
        var options = new PreparationOptions { Corpus = [text], Tokenizer = tokenizer, VocabSize = vocabSize };
        CorpusPreparation.Run(options, Folder(name), cancellationToken: TestContext.Current.CancellationToken);
    }

    private static IEnumerable<MaskedText> Texts(MaskedBatch batch)
    {
        for (int r = 0; r < batch.Input.Rows; r++)
        {
            long first = (long)r * batch.Input.Length;
            int[] ids = [.. batch.Input.InputIds[(int)first..(int)(first + batch.Input.Length)].Select(id => (int)id)];
            var masked = new List<int>();
            for (int m = 0; m < batch.MaskedPositions.Length; m++)
            {
                if (batch.MaskedPositions[m] >= first && batch.MaskedPositions[m] < first + batch.Input.Length)
                {
                    ids[batch.MaskedPositions[m] - first] = (int)batch.MaskedIds[m];
                    masked.Add((int)(batch.MaskedPositions[m] - first));
                }
            }

            yield return new MaskedText(ids, masked);
        }
    }

    private sealed record MaskedText(int[] Ids, IReadOnlyList<int> Masked);

    private sealed class At(long step, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                act();
            }
        }
    }
}

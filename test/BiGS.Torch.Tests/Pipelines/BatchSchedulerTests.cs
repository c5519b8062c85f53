using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;

namespace BiGS.Torch.Tests.Pipelines;

/// <summary>Reading for many callers: who waits shares batches, in the order of asking, and nobody hears of another's failure.</summary>
public class BatchSchedulerTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatWaitsIsReadTogetherTheOldestFirstUpToTheTokens()
    {
        using var held = new Held();
        using var reader = new BatchScheduler(maxBatchTokens: 10);
        BatchQueue<int, int> lane = reader.CreateQueue<int, int>(held.Double);
        Task<int> first = lane.RunAsync(1, tokens: 1, Now);
        held.WaitUntilReading();
        Task<int[]> rest = lane.RunAllAsync([2, 3, 4, 5, 6], number => number == 5 ? 50 : 4, cancellationToken: Now);
        held.LetGo();
        Assert.Equal(2, await first);
        int[] doubled = await rest;
        Assert.Equal([4, 6, 8, 10, 12], doubled);
        Assert.Equal(["1", "2 3", "4", "5", "6"], held.Batches);
    }

    [Fact]
    public async Task LanesTakeTurnsByWhoWaitedLongest()
    {
        using var held = new Held();
        using var reader = new BatchScheduler();
        BatchQueue<int, int> one = reader.CreateQueue<int, int>(held.Double);
        BatchQueue<int, int> other = reader.CreateQueue<int, int>(held.Double);
        Task<int> first = one.RunAsync(1, 1, Now);
        held.WaitUntilReading();
        Task<int>[] rest = [other.RunAsync(2, 1, Now), one.RunAsync(3, 1, Now), other.RunAsync(4, 1, Now)];
        Assert.Equal(3, reader.QueueLength);
        held.LetGo();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(["1", "2 4", "3"], held.Batches);
    }

    /// <summary>A request of 1,000 texts is being computed when one with a single text arrives: it is in the very next batch, of its own or of another queue.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASmallRequestWaitsForOneBatchOfALargeOne(bool inAnotherQueue)
    {
        using var held = new Held();
        using var scheduler = new BatchScheduler(maxBatchTokens: 10);
        BatchQueue<int, int> queue = scheduler.CreateQueue<int, int>(held.Double);
        BatchQueue<int, int> other = inAnotherQueue ? scheduler.CreateQueue<int, int>(held.Double) : queue;
        Task<int[]> large = queue.RunAllAsync([.. Enumerable.Range(1, 1_000)], _ => 5, cancellationToken: Now);
        held.WaitUntilReading();
        Task<int> small = other.RunAsync(5_000, 5, Now);
        held.LetGo();
        Assert.Equal(10_000, await small);
        Assert.Equal(2_000, (await large)[^1]);
        Assert.Equal("1 2", held.Batches[0]);
        Assert.StartsWith("5000", held.Batches[1], StringComparison.Ordinal);
    }

    /// <summary>Small requests without end do not hold up a large one for ever: each gets its share.</summary>
    [Fact]
    public async Task ALargeRequestIsNotStarvedBySmallOnes()
    {
        using var held = new Held();
        using var scheduler = new BatchScheduler(maxBatchTokens: 10);
        BatchQueue<int, int> queue = scheduler.CreateQueue<int, int>(held.Double);
        Task<int[]> large = queue.RunAllAsync([.. Enumerable.Range(1, 20)], _ => 10, cancellationToken: Now);
        held.WaitUntilReading();
        held.LetGo();
        int small = 0;
        while (!large.IsCompleted)
        {
            Assert.True(small < 100_000, "the large request waits for the small ones");
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => queue.RunAsync(1_000 + ++small, 10, Now)));
        }

        Assert.Equal(40, (await large)[^1]);
    }

    [Fact]
    public async Task TimesAreKeptOfEachRequest()
    {
        using var held = new Held();
        using var scheduler = new BatchScheduler(maxBatchTokens: 10);
        BatchQueue<int, int> queue = scheduler.CreateQueue<int, int>(held.Double);
        Task<int> first = queue.RunAsync(1, 1, Now);
        held.WaitUntilReading();
        var times = new BatchTimes();
        Task<int[]> second = queue.RunAllAsync([2, 3], _ => 1, times, Now);
        await Task.Delay(50, Now);
        held.LetGo();
        await Task.WhenAll(first, second);
        Assert.InRange(times.Waited, TimeSpan.FromMilliseconds(40), TimeSpan.FromMinutes(1));
        Assert.InRange(times.Computed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task WhoHasGoneIsNotRead()
    {
        using var held = new Held();
        using var gone = new CancellationTokenSource();
        using var reader = new BatchScheduler();
        BatchQueue<int, int> lane = reader.CreateQueue<int, int>(held.Double);
        Task<int> first = lane.RunAsync(1, 1, Now);
        held.WaitUntilReading();
        Task<int> left = lane.RunAsync(2, 1, gone.Token);
        Task<int> stays = lane.RunAsync(3, 1, Now);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        held.LetGo();
        await Task.WhenAll(first, stays);
        Assert.Equal(["1", "3"], held.Batches);
    }

    [Fact]
    public async Task OneTextAtFaultFailsOnlyForWhoAskedForIt()
    {
        using var held = new Held();
        using var reader = new BatchScheduler();
        BatchQueue<int, int> lane = reader.CreateQueue<int, int>(held.Double);
        Task<int> first = lane.RunAsync(1, 1, Now);
        held.WaitUntilReading();
        Task<int> good = lane.RunAsync(2, 1, Now);
        Task<int> bad = lane.RunAsync(Held.Fault, 1, Now);
        Task<int> alsoGood = lane.RunAsync(3, 1, Now);
        held.LetGo();
        int[] others = await Task.WhenAll(first, good, alsoGood);
        Assert.Equal([2, 4, 6], others);
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
    }

    [Fact]
    public async Task ClosingAnswersWhatWaitsAndTakesNothingMore()
    {
        using var held = new Held();
        var reader = new BatchScheduler();
        BatchQueue<int, int> lane = reader.CreateQueue<int, int>(held.Double);
        Task<int> first = lane.RunAsync(1, 1, Now);
        held.WaitUntilReading();
        Task<int> second = lane.RunAsync(2, 1, Now);
        Task closed = Task.Run(reader.Dispose, Now);
        List<Task<int>> inTime = [];
        Task<int> late = lane.RunAsync(3, 1, Now);
        for (; !late.IsFaulted; late = lane.RunAsync(3, 1, Now))
        {
            inTime.Add(late);
            await Task.Delay(5, Now);
        }

        held.LetGo();
        await closed;
        int[] waited = await Task.WhenAll(first, second);
        Assert.Equal([2, 4], waited);
        Assert.All(await Task.WhenAll(inTime), answer => Assert.Equal(6, answer));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => late);
    }

    [Fact]
    public async Task ManyCallersGetWhatEachWouldGetAlone()
    {
        using var model = new SmallModel();
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        string[] words = ["the", "farmer", "trees", "near", "sleeps", "."];
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => string.Join(' ', Enumerable.Range(0, i % 17 + 1).Select(j => words[(i * 7 + j * j) % words.Length])))];
        var read = new List<CompletedBatch>();
        using var reader = new BatchScheduler(maxBatchTokens: 200, new Listener<CompletedBatch>(read.Add));
        BatchQueue<TokenizedText, float[]> lane = reader.CreateQueue<TokenizedText, float[]>(rows => embedder.EmbedTokenized(rows));
        float[][] together = await Task.WhenAll(texts.Select(text => Task.Run(() =>
        {
            TokenizedText row = tokenizer.Encode(text);
            return lane.RunAsync(row, row.Ids.Count, Now);
        }, Now)));
        Assert.All(texts.Zip(together), pair =>
            Assert.All(embedder.Embed([pair.First], cancellationToken: Now)[0].Zip(pair.Second), numbers => Assert.Equal(numbers.First, numbers.Second, 1e-5f)));
        Assert.Equal(texts.Length, read.Sum(batch => batch.Rows));
        Assert.Equal(texts.Sum(text => tokenizer.Encode(text).Ids.Count), read.Sum(batch => batch.Tokens));
    }

    private sealed class Listener<T>(Action<T> listen) : IProgress<T>
    {
        public void Report(T value) => listen(value);
    }

    /// <summary>Doubles numbers, but the first batch only once it may.</summary>
    private sealed class Held : IDisposable
    {
        public const int Fault = -1;

        private readonly ManualResetEventSlim _isReading = new();
        private readonly ManualResetEventSlim _mayRead = new();

        public List<string> Batches { get; } = [];

        public IReadOnlyList<int> Double(IReadOnlyList<int> numbers)
        {
            _isReading.Set();
            _mayRead.Wait();
            if (numbers.Contains(Fault))
            {
                throw new InvalidDataException("at fault");
            }

            Batches.Add(string.Join(' ', numbers));
            return [.. numbers.Select(number => number * 2)];
        }

        public void WaitUntilReading() => _isReading.Wait(Now);

        public void LetGo() => _mayRead.Set();

        public void Dispose()
        {
            _isReading.Dispose();
            _mayRead.Dispose();
        }
    }
}

using System.Diagnostics;
using BiGS.Inference;
using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class PrefetchingLoaderTests
{
    [Fact]
    public void BatchesComeInOrderFromAnyStart() => Gen.Select(Gen.Long[0, 1000], Gen.Int[1, 12], Gen.Int[1, 20]).Sample((start, ahead, count) =>
    {
        using var loader = new PrefetchingLoader<MaskedBatch>(Numbered, start, ahead);
        for (long number = start; number < start + count; number++)
        {
            Assert.Equal(number, loader.Next(number).Input.InputIds[0]);
        }
    }, iter: 10, threads: 1);

    [Fact]
    public void OnlyAFewAreMadeAhead()
    {
        long made = 0;
        using var loader = new PrefetchingLoader<MaskedBatch>(number => Numbered(Interlocked.Increment(ref made)), 0, ahead: 3);
        loader.Next(0);
        Thread.Sleep(50);
        // Three that wait, one in hand for the next place, one taken.
        Assert.InRange(Interlocked.Read(ref made), 2, 5);
    }

    [Fact]
    public void OutOfOrderIsAMistake()
    {
        using var loader = new PrefetchingLoader<MaskedBatch>(Numbered, 4);
        Assert.Contains("Batch 5", Assert.Throws<InvalidOperationException>(() => loader.Next(5)).Message);
    }

    [Fact]
    public void AFailureReachesWhoWaitsForThatBatch()
    {
        using var loader = new PrefetchingLoader<MaskedBatch>(number => number < 7 ? Numbered(number) : throw new InvalidDataException("row 7 is damaged"), 4);
        for (long number = 4; number < 7; number++)
        {
            Assert.Equal(number, loader.Next(number).Input.InputIds[0]);
        }

        Assert.Equal("row 7 is damaged", Assert.Throws<InvalidDataException>(() => loader.Next(7)).Message);
        Assert.Throws<InvalidOperationException>(() => loader.Next(7)); // and does not wait for ever
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DisposeReturnsPromptlyThoughNobodyTakes(bool failing)
    {
        var loader = new PrefetchingLoader<MaskedBatch>(number => !failing || number < 2 ? Numbered(number) : throw new InvalidDataException(), 0, ahead: 2);
        await Task.Delay(30, TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();
        await Task.Run(loader.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
    }

    /// <summary>An exception that nobody catches on the loader's thread would end the process, and this test with it.</summary>
    [Fact]
    public void AFailureDuringDisposeIsNobodysMatter()
    {
        using var inside = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var loader = new PrefetchingLoader<MaskedBatch>(
            _ =>
            {
                inside.Set();
                goOn.Wait(TimeSpan.FromSeconds(5));
                throw new InvalidDataException("too late to matter");
            },
            start: 0);
        inside.Wait(TestContext.Current.CancellationToken);
        var dispose = new Thread(loader.Dispose);
        dispose.Start();
        Thread.Sleep(50);
        goOn.Set();
        Assert.True(dispose.Join(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void WaitingIsCounted()
    {
        using var loader = new PrefetchingLoader<MaskedBatch>(
            number =>
            {
                Thread.Sleep(40);
                return Numbered(number);
            },
            start: 0);
        loader.Next(0);
        Assert.InRange(loader.WaitTime.TotalMilliseconds, 10, 5000);
    }

    private static MaskedBatch Numbered(long number) => new(new Batch(1, 1, [number], [1], [0], 1), [], []);
}

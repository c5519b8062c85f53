using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace BiGS.Training.Data;

/// <summary>Prepares batches ahead on a thread of its own, in order, a few at most. Begins at any number, since a batch is a function of it.</summary>
internal sealed class PrefetchingLoader<TBatch> : IDisposable
    where TBatch : class
{
    private readonly BlockingCollection<(long Number, TBatch? Batch, ExceptionDispatchInfo? Failure)> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly Stopwatch _waited = new();

    /// <param name="batchAt">Makes the batch of a number; called on the loader's thread.</param>
    /// <param name="start">The first number.</param>
    /// <param name="ahead">How many wait at most.</param>
    public PrefetchingLoader(Func<long, TBatch> batchAt, long start, int ahead = 8)
    {
        _ready = new BlockingCollection<(long, TBatch?, ExceptionDispatchInfo?)>(ahead);
        _thread = new Thread(() => Produce(batchAt, start)) { IsBackground = true, Name = "batches" };
        _thread.Start();
    }

    /// <summary>How long <see cref="Next"/> had to wait in all: the part of the time that loading cost.</summary>
    public TimeSpan WaitTime => _waited.Elapsed;

    /// <summary>The next batch.</summary>
    /// <param name="number">The number that the caller expects it to have.</param>
    /// <exception cref="InvalidOperationException">Batches are asked for out of order, or after a failure.</exception>
    public TBatch Next(long number)
    {
        _waited.Start();
        (long made, TBatch? batch, ExceptionDispatchInfo? failure) = _ready.Take();
        _waited.Stop();
        failure?.Throw();
        return made == number ? batch! : throw new InvalidOperationException($"Batch {number} was asked for, but batch {made} is next.");
    }

    public void Dispose()
    {
        _stop.Cancel();
        while (!_thread.Join(TimeSpan.Zero))
        {
            // Makes room for a failure that waits to be told.
            _ready.TryTake(out _, millisecondsTimeout: 10);
        }

        _stop.Dispose();
        _ready.Dispose();
    }

    private void Produce(Func<long, TBatch> batchAt, long number)
    {
        try
        {
            for (; ; number++)
            {
                _ready.Add((number, batchAt(number), null), _stop.Token);
            }
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            // Handed to whoever waits for the batch; the loader that made it has ended.
            _ready.TryAdd((number, null, ExceptionDispatchInfo.Capture(failure)), Timeout.Infinite);
            _ready.CompleteAdding();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Disposed: neither the batches ahead nor what became of them is wanted any more.
        }
    }
}

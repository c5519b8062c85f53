using System.Diagnostics;

namespace BiGS.Pipelines;

/// <summary>
/// Reads for many callers who each ask for little: what waits is read together, the oldest first, up to a number of tokens. Nobody waits for company: while
/// nothing is being read, a text is read at once, by itself. One thread reads, whatever the number of models, so that they do not take the cores from each
/// other; each pipeline has a <see cref="BatchQueue{TText, TAnswer}"/>.
/// </summary>
internal sealed class BatchScheduler : IDisposable
{
    private readonly int _maxBatchTokens;
    private readonly IProgress<CompletedBatch>? _progress;
    private readonly List<IBatchQueue> _queues = [];
    private readonly Thread _thread;
    private long _queued;
    private bool _isClosed;

    /// <param name="maxBatchTokens">Tokens of a batch; a longer text is a batch of its own.</param>
    /// <param name="progress">Reports every batch, on the thread that computes it.</param>
    public BatchScheduler(int maxBatchTokens = 16_384, IProgress<CompletedBatch>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBatchTokens);
        _maxBatchTokens = maxBatchTokens;
        _progress = progress;
        _thread = new Thread(RunUntilClosed) { IsBackground = true, Name = nameof(BatchScheduler) };
        _thread.Start();
    }

    /// <summary>Texts that wait for their turn.</summary>
    public int QueueLength
    {
        get
        {
            lock (SyncRoot)
            {
                return _queues.Sum(queue => queue.Waiting);
            }
        }
    }

    internal object SyncRoot { get; } = new();

    /// <summary>Adds what a pipeline reads.</summary>
    /// <param name="read">One answer per text, in their order: a pipeline's method.</param>
    public BatchQueue<TText, TAnswer> CreateQueue<TText, TAnswer>(Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> read)
    {
        var queue = new BatchQueue<TText, TAnswer>(this, read);
        lock (SyncRoot)
        {
            _queues.Add(queue);
        }

        return queue;
    }

    /// <summary>Takes nothing more, and returns when all that waited has been read.</summary>
    public void Dispose()
    {
        lock (SyncRoot)
        {
            _isClosed = true;
            Monitor.PulseAll(SyncRoot);
        }

        _thread.Join();
    }

    /// <summary>The number of what is asked next; to be called under the lock.</summary>
    /// <exception cref="ObjectDisposedException">The scheduler is closed.</exception>
    internal long NextNumber()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Monitor.Pulse(SyncRoot);
        return _queued++;
    }

    private void RunUntilClosed()
    {
        while (NextBatch() is { } batch)
        {
            CompletedBatch read = batch();
            if (read.Rows > 0)
            {
                _progress?.Report(read);
            }
        }
    }

    /// <summary>The next batch of the queue that has waited longest; waits for one, and is null when there will be none.</summary>
    private Func<CompletedBatch>? NextBatch()
    {
        lock (SyncRoot)
        {
            while (true)
            {
                if (_queues.Where(queue => queue.Oldest is not null).MinBy(queue => queue.Oldest) is { } queue)
                {
                    return queue.Take(_maxBatchTokens);
                }

                if (_isClosed)
                {
                    return null;
                }

                Monitor.Wait(SyncRoot);
            }
        }
    }
}

/// <summary>Texts of many callers on their way to one pipeline. Any thread may ask.</summary>
internal sealed class BatchQueue<TText, TAnswer> : IBatchQueue
{
    private readonly BatchScheduler _scheduler;
    private readonly Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> _compute;
    private readonly Queue<QueuedText> _waiting = [];

    internal BatchQueue(BatchScheduler scheduler, Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> read)
    {
        _scheduler = scheduler;
        _compute = read;
    }

    int IBatchQueue.Waiting => _waiting.Count;

    long? IBatchQueue.Oldest => _waiting.TryPeek(out QueuedText? first) ? first.Number : null;

    /// <summary>Asks for one text.</summary>
    /// <param name="text">What the pipeline reads.</param>
    /// <param name="tokens">How long it is.</param>
    /// <param name="cancellationToken">Whoever asked has gone: a text that still waits is not read.</param>
    /// <exception cref="ObjectDisposedException">The scheduler is closed.</exception>
    public async Task<TAnswer> RunAsync(TText text, int tokens, CancellationToken cancellationToken = default)
    {
        QueuedText queued = Enqueue(text, tokens);
        using (cancellationToken.UnsafeRegister(static (queued, token) => ((QueuedText)queued!).Answer.TrySetCanceled(token), queued))
        {
            return await queued.Answer.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Asks for several texts; they share batches with each other as with everyone else's.</summary>
    /// <returns>One answer per text, in their order.</returns>
    /// <inheritdoc cref="RunAsync(TText, int, CancellationToken)"/>
    public Task<TAnswer[]> RunAllAsync(IEnumerable<TText> texts, Func<TText, int> tokens, CancellationToken cancellationToken = default) =>
        Task.WhenAll(texts.Select(text => RunAsync(text, tokens(text), cancellationToken)));

    Func<CompletedBatch> IBatchQueue.Take(int maxTokens)
    {
        List<QueuedText> taken = [];
        for (int tokens = 0; _waiting.TryPeek(out QueuedText? next);)
        {
            if (next.Answer.Task.IsCompleted)
            {
                _waiting.Dequeue();
                continue;
            }

            tokens += next.Tokens;
            if (taken.Count > 0 && tokens > maxTokens)
            {
                break;
            }

            taken.Add(_waiting.Dequeue());
        }

        return () => Run(taken);
    }

    private QueuedText Enqueue(TText text, int tokens)
    {
        lock (_scheduler.SyncRoot)
        {
            var queued = new QueuedText(_scheduler.NextNumber(), text, tokens, Stopwatch.GetTimestamp());
            _waiting.Enqueue(queued);
            return queued;
        }
    }

    private CompletedBatch Run(List<QueuedText> batch)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan waited = batch.Count > 0 ? Stopwatch.GetElapsedTime(batch[0].Since, start) : TimeSpan.Zero;
        Answer(batch);
        return new CompletedBatch(batch.Count, batch.Sum(queued => queued.Tokens), waited, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Where a batch fails, each of its texts is read by itself: only the caller of the text at fault gets the error.</summary>
    private void Answer(List<QueuedText> batch)
    {
        try
        {
            IReadOnlyList<TAnswer> answers = batch.Count > 0 ? _compute([.. batch.Select(queued => queued.Text)]) : [];
            for (int i = 0; i < batch.Count; i++)
            {
                batch[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (Exception failure) when (batch.Count == 1)
        {
            batch[0].Answer.TrySetException(failure);
        }
        catch (Exception)
        {
            batch.ForEach(queued => Answer([queued]));
        }
    }

    private sealed record QueuedText(long Number, TText Text, int Tokens, long Since)
    {
        /// <summary>Whoever waits goes on elsewhere: the thread that reads has the next batch to read.</summary>
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A batch that was read for several callers.</summary>
/// <param name="Rows">How many texts.</param>
/// <param name="Tokens">How many tokens these have.</param>
/// <param name="WaitTime">How long the oldest of them waited for its turn.</param>
/// <param name="Elapsed">How long reading took.</param>
internal sealed record CompletedBatch(int Rows, int Tokens, TimeSpan WaitTime, TimeSpan Elapsed);

/// <summary>What waits for one pipeline, as the scheduler sees it. All of it under the scheduler's lock, but for the batch that is taken.</summary>
internal interface IBatchQueue
{
    int Waiting { get; }

    /// <summary>The number of what has waited longest; null where nothing waits.</summary>
    long? Oldest { get; }

    Func<CompletedBatch> Take(int maxTokens);
}

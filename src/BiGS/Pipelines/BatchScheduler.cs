namespace BiGS.Pipelines;

/// <summary>
/// Computes for many callers who each ask for little: texts that wait are computed together, up to a number of tokens. No text waits for a batch to fill:
/// while nothing is being computed, a text is computed at once, by itself. One thread computes, whatever the number of models, so that they do not take
/// the cores from each other; each pipeline has a <see cref="BatchQueue{TText, TAnswer}"/>.
/// </summary>
/// <remarks>
/// Requests share the thread fairly, by weighted fair queueing with equal weights (Demers, Keshav and Shenker 1989): a virtual clock counts the tokens that
/// every waiting request has been served, each text is tagged with the time at which its turn comes, and the lowest tags are computed first. So a small
/// request that arrives while a large one is being computed waits for the current batch and no longer, and a large one is never starved by small ones.
/// </remarks>
internal sealed class BatchScheduler : IDisposable
{
    private readonly int _maxBatchTokens;
    private readonly IProgress<CompletedBatch>? _progress;
    private readonly List<IBatchQueue> _queues = [];
    private readonly Thread _thread;
    private long _queued;
    private long _served;
    private int _waitingRequests;
    private bool _isClosed;

    /// <param name="maxBatchTokens">Tokens of a batch; a longer text is a batch of its own.</param>
    /// <param name="progress">Reports every batch, on the thread that computes it.</param>
    public BatchScheduler(int maxBatchTokens = 8_192, IProgress<CompletedBatch>? progress = null)
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

    /// <summary>The virtual clock: tokens that a request has been served which waited all the time. To be read under the lock.</summary>
    internal long VirtualTime { get; private set; }

    /// <summary>Adds what a pipeline computes.</summary>
    /// <param name="compute">One answer per text, in their order: a pipeline's method.</param>
    public BatchQueue<TText, TAnswer> CreateQueue<TText, TAnswer>(Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> compute)
    {
        var queue = new BatchQueue<TText, TAnswer>(this, compute);
        lock (SyncRoot)
        {
            _queues.Add(queue);
        }

        return queue;
    }

    /// <summary>Takes nothing more, and returns when all that waited has been computed.</summary>
    public void Dispose()
    {
        lock (SyncRoot)
        {
            _isClosed = true;
            Monitor.PulseAll(SyncRoot);
        }

        _thread.Join();
    }

    /// <summary>A request has texts that wait; to be called under the lock.</summary>
    /// <exception cref="ObjectDisposedException">The scheduler is closed.</exception>
    internal void RequestArrived()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _waitingRequests++;
        Monitor.Pulse(SyncRoot);
    }

    /// <summary>A number for the next text, which orders texts whose turn comes at the same time; to be called under the lock.</summary>
    internal long NextNumber() => _queued++;

    private void RunUntilClosed()
    {
        while (NextBatch() is { } batch)
        {
            CompletedBatch computed = batch.Compute();
            if (computed.Rows > 0)
            {
                _progress?.Report(computed);
            }
        }
    }

    /// <summary>The next batch, of the queue whose turn it is; waits for one, and is null when there will be none.</summary>
    private TakenBatch? NextBatch()
    {
        lock (SyncRoot)
        {
            VirtualTime += _served;
            _served = 0;
            while (true)
            {
                if (_queues.Where(queue => queue.NextTurn is not null).MinBy(queue => queue.NextTurn) is { } queue)
                {
                    int requests = _waitingRequests;
                    TakenBatch batch = queue.Take(_maxBatchTokens);
                    _served = batch.Tokens / requests;
                    _waitingRequests -= batch.FinishedRequests;
                    return batch;
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

/// <summary>A batch that was computed for several callers.</summary>
/// <param name="Rows">How many texts.</param>
/// <param name="Tokens">How many tokens these have.</param>
/// <param name="WaitTime">How long the one that waited longest waited for its turn.</param>
/// <param name="Elapsed">How long computing took.</param>
internal sealed record CompletedBatch(int Rows, int Tokens, TimeSpan WaitTime, TimeSpan Elapsed);

/// <summary>When a text is computed: the virtual time of its turn, then the order of arrival.</summary>
internal readonly record struct QueueTurn(long VirtualTime, long Number) : IComparable<QueueTurn>
{
    public int CompareTo(QueueTurn other) => (VirtualTime, Number).CompareTo((other.VirtualTime, other.Number));
}

/// <summary>Texts that are to be computed together.</summary>
/// <param name="Compute">Computes them and answers their callers.</param>
/// <param name="Tokens">How many tokens they have.</param>
/// <param name="FinishedRequests">How many requests have no more texts that wait.</param>
internal sealed record TakenBatch(Func<CompletedBatch> Compute, int Tokens, int FinishedRequests);

/// <summary>What waits for one pipeline, as the scheduler sees it. All of it under the scheduler's lock, but for the batch that is taken.</summary>
internal interface IBatchQueue
{
    int Waiting { get; }

    /// <summary>When the next text's turn comes; null where nothing waits.</summary>
    QueueTurn? NextTurn { get; }

    TakenBatch Take(int maxTokens);
}

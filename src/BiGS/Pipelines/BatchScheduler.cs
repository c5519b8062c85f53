namespace BiGS.Pipelines;

/// <summary>A batch that was read for several callers.</summary>
/// <param name="Rows">How many texts.</param>
/// <param name="Tokens">How many tokens these have.</param>
/// <param name="WaitTime">How long the oldest of them waited for its turn.</param>
/// <param name="Elapsed">How long reading took.</param>
internal sealed record CompletedBatch(int Rows, int Tokens, TimeSpan WaitTime, TimeSpan Elapsed);

/// <summary>
/// Reads for many callers who each ask for little: what waits is read together, the oldest first, up to a number of tokens. Nobody waits for company: while
/// nothing is being read, a text is read at once, by itself. One thread reads, whatever the number of models, so that they do not take the cores from each
/// other; a lane is what one pipeline reads.
/// </summary>
internal sealed class BatchScheduler : IDisposable
{
    private readonly int _maxBatchTokens;
    private readonly IProgress<CompletedBatch>? _progress;
    private readonly List<IBatchQueue> _lanes = [];
    private readonly Thread _thread;
    private long _asked;
    private bool _isClosed;

    /// <param name="maxBatchTokens">Tokens of a batch; a longer text is a batch of its own.</param>
    /// <param name="progress">Reports every batch, on the thread that computes it.</param>
    public BatchScheduler(int maxBatchTokens = 16_384, IProgress<CompletedBatch>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBatchTokens);
        _maxBatchTokens = maxBatchTokens;
        _progress = progress;
        _thread = new Thread(ReadUntilClosed) { IsBackground = true, Name = nameof(BatchScheduler) };
        _thread.Start();
    }

    /// <summary>Texts that wait for their turn.</summary>
    public int QueueLength
    {
        get
        {
            lock (Gate)
            {
                return _lanes.Sum(lane => lane.Waiting);
            }
        }
    }

    internal object Gate { get; } = new();

    /// <summary>Adds what a pipeline reads.</summary>
    /// <param name="read">One answer per text, in their order: a pipeline's method.</param>
    public BatchQueue<TText, TAnswer> CreateQueue<TText, TAnswer>(Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> read)
    {
        var lane = new BatchQueue<TText, TAnswer>(this, read);
        lock (Gate)
        {
            _lanes.Add(lane);
        }

        return lane;
    }

    /// <summary>Takes nothing more, and returns when all that waited has been read.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            _isClosed = true;
            Monitor.PulseAll(Gate);
        }

        _thread.Join();
    }

    /// <summary>The number of what is asked next; to be called inside the gate.</summary>
    /// <exception cref="ObjectDisposedException">The reader takes nothing more.</exception>
    internal long NextNumber()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Monitor.Pulse(Gate);
        return _asked++;
    }

    private void ReadUntilClosed()
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

    /// <summary>What the lane reads that has waited longest; waits for one, and is null when there will be none.</summary>
    private Func<CompletedBatch>? NextBatch()
    {
        lock (Gate)
        {
            while (true)
            {
                if (_lanes.Where(lane => lane.Oldest is not null).MinBy(lane => lane.Oldest) is { } lane)
                {
                    return lane.Take(_maxBatchTokens);
                }

                if (_isClosed)
                {
                    return null;
                }

                Monitor.Wait(Gate);
            }
        }
    }
}

/// <summary>What waits for one pipeline, as the reader sees it. All of it inside the reader's gate, but for the batch that is taken.</summary>
internal interface IBatchQueue
{
    int Waiting { get; }

    /// <summary>The number of what has waited longest; null where nothing waits.</summary>
    long? Oldest { get; }

    Func<CompletedBatch> Take(int maxTokens);
}

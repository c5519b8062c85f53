using System.Diagnostics;

namespace BiGS.Pipelines;

/// <summary>Texts of many callers on their way to one pipeline. Any thread may ask.</summary>
internal sealed class BatchQueue<TText, TAnswer> : IBatchQueue
{
    private readonly BatchScheduler _scheduler;
    private readonly Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> _compute;
    private readonly PriorityQueue<QueuedText, QueueTurn> _waiting = new();

    internal BatchQueue(BatchScheduler scheduler, Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> compute)
    {
        _scheduler = scheduler;
        _compute = compute;
    }

    int IBatchQueue.Waiting => _waiting.Count;

    QueueTurn? IBatchQueue.NextTurn => _waiting.TryPeek(out _, out QueueTurn turn) ? turn : null;

    /// <summary>Asks for one text.</summary>
    /// <param name="text">What the pipeline reads.</param>
    /// <param name="tokens">How long it is.</param>
    /// <param name="cancellationToken">The caller has gone: a text that still waits is not computed.</param>
    /// <exception cref="ObjectDisposedException">The scheduler is closed.</exception>
    public async Task<TAnswer> RunAsync(TText text, int tokens, CancellationToken cancellationToken = default) =>
        (await RunAllAsync([text], _ => tokens, cancellationToken: cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Asks for the texts of one request; they share batches with each other as with everyone else's.</summary>
    /// <param name="texts">What the pipeline reads.</param>
    /// <param name="tokens">How long each is.</param>
    /// <param name="times">Is told how long each text waited and was computed; null for nobody.</param>
    /// <param name="cancellationToken">The caller has gone: texts that still wait are not computed.</param>
    /// <returns>One answer per text, in their order.</returns>
    /// <exception cref="ObjectDisposedException">The scheduler is closed.</exception>
    public async Task<TAnswer[]> RunAllAsync(IReadOnlyList<TText> texts, Func<TText, int> tokens, BatchTimes? times = null, CancellationToken cancellationToken = default)
    {
        QueuedText[] queued = Enqueue(texts, tokens, times);
        using (cancellationToken.UnsafeRegister(static (queued, token) => Array.ForEach((QueuedText[])queued!, text => text.Answer.TrySetCanceled(token)), queued))
        {
            return await Task.WhenAll(queued.Select(text => text.Answer.Task)).ConfigureAwait(false);
        }
    }

    TakenBatch IBatchQueue.Take(int maxTokens)
    {
        List<QueuedText> taken = [];
        (int tokens, int finished) = (0, 0);
        while (_waiting.TryPeek(out QueuedText? next, out _))
        {
            bool isWanted = !next.Answer.Task.IsCompleted;
            if (isWanted && taken.Count > 0 && tokens + next.Tokens > maxTokens)
            {
                break;
            }

            _waiting.Dequeue();
            finished += --next.Request.Waiting == 0 ? 1 : 0;
            if (isWanted)
            {
                tokens += next.Tokens;
                taken.Add(next);
            }
        }

        return new TakenBatch(() => Run(taken), tokens, finished);
    }

    private QueuedText[] Enqueue(IReadOnlyList<TText> texts, Func<TText, int> tokens, BatchTimes? times)
    {
        if (texts.Count == 0)
        {
            return [];
        }

        var request = new QueuedRequest { Waiting = texts.Count, Times = times };
        long now = Stopwatch.GetTimestamp();
        QueuedText[] queued = [.. texts.Select(text => new QueuedText(request, text, tokens(text), now))];
        lock (_scheduler.SyncRoot)
        {
            _scheduler.RequestArrived();
            long turn = _scheduler.VirtualTime;
            foreach (QueuedText text in queued)
            {
                _waiting.Enqueue(text, new QueueTurn(turn, _scheduler.NextNumber()));
                turn += text.Tokens;
            }
        }

        return queued;
    }

    private CompletedBatch Run(List<QueuedText> batch)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan waited = batch.Count > 0 ? Stopwatch.GetElapsedTime(batch.Min(text => text.Since), start) : TimeSpan.Zero;
        Answer(batch, start);
        return new CompletedBatch(batch.Count, batch.Sum(queued => queued.Tokens), waited, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Where a batch fails, each of its texts is computed by itself: only the caller of the text at fault gets the error.</summary>
    private void Answer(List<QueuedText> batch, long start)
    {
        try
        {
            IReadOnlyList<TAnswer> answers = batch.Count > 0 ? _compute([.. batch.Select(queued => queued.Text)]) : [];
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            for (int i = 0; i < batch.Count; i++)
            {
                batch[i].Request.Times?.Add(Stopwatch.GetElapsedTime(batch[i].Since, start), took);
                batch[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (Exception failure) when (batch.Count == 1)
        {
            batch[0].Answer.TrySetException(failure);
        }
        catch (Exception)
        {
            batch.ForEach(queued => Answer([queued], start));
        }
    }

    /// <summary>What the texts of one request have in common.</summary>
    private sealed class QueuedRequest
    {
        /// <summary>How many of its texts wait; under the scheduler's lock.</summary>
        public int Waiting { get; set; }

        public BatchTimes? Times { get; init; }
    }

    private sealed record QueuedText(QueuedRequest Request, TText Text, int Tokens, long Since)
    {
        /// <summary>The caller continues on another thread: the one that computes has the next batch to compute.</summary>
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How long the texts of a request waited for their batches, and how long these took.</summary>
internal sealed class BatchTimes
{
    private readonly Lock _lock = new();
    private TimeSpan _waited;
    private TimeSpan _computed;
    private int _texts;

    /// <summary>Mean over the texts: how long each waited for its batch.</summary>
    public TimeSpan Waited => Mean(ref _waited);

    /// <summary>Mean over the texts: how long the batch took that each was in.</summary>
    public TimeSpan Computed => Mean(ref _computed);

    public void Add(TimeSpan waited, TimeSpan computed)
    {
        lock (_lock)
        {
            _waited += waited;
            _computed += computed;
            _texts++;
        }
    }

    private TimeSpan Mean(ref TimeSpan sum)
    {
        lock (_lock)
        {
            return sum / Math.Max(1, _texts);
        }
    }
}

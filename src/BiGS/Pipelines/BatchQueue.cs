using System.Diagnostics;

namespace BiGS.Pipelines;

/// <summary>Texts of many callers on their way to one pipeline. Any thread may ask.</summary>
internal sealed class BatchQueue<TText, TAnswer> : IBatchQueue
{
    private readonly BatchScheduler _reader;
    private readonly Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> _read;
    private readonly Queue<Asked> _waiting = [];

    internal BatchQueue(BatchScheduler reader, Func<IReadOnlyList<TText>, IReadOnlyList<TAnswer>> read)
    {
        _reader = reader;
        _read = read;
    }

    int IBatchQueue.Waiting => _waiting.Count;

    long? IBatchQueue.Oldest => _waiting.TryPeek(out Asked? first) ? first.Number : null;

    /// <summary>Asks for one text.</summary>
    /// <param name="text">What the pipeline reads.</param>
    /// <param name="tokens">How long it is.</param>
    /// <param name="cancellationToken">Whoever asked has gone: a text that still waits is not read.</param>
    /// <exception cref="ObjectDisposedException">The reader takes nothing more.</exception>
    public async Task<TAnswer> RunAsync(TText text, int tokens, CancellationToken cancellationToken = default)
    {
        Asked asked = Ask(text, tokens);
        using (cancellationToken.UnsafeRegister(static (asked, token) => ((Asked)asked!).Answer.TrySetCanceled(token), asked))
        {
            return await asked.Answer.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Asks for several texts; they share batches with each other as with everyone else's.</summary>
    /// <returns>One answer per text, in their order.</returns>
    /// <inheritdoc cref="RunAsync(TText, int, CancellationToken)"/>
    public Task<TAnswer[]> RunAllAsync(IEnumerable<TText> texts, Func<TText, int> tokens, CancellationToken cancellationToken = default) =>
        Task.WhenAll(texts.Select(text => RunAsync(text, tokens(text), cancellationToken)));

    Func<CompletedBatch> IBatchQueue.Take(int maxTokens)
    {
        List<Asked> taken = [];
        for (int tokens = 0; _waiting.TryPeek(out Asked? next);)
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

        return () => RunAsync(taken);
    }

    private Asked Ask(TText text, int tokens)
    {
        lock (_reader.Gate)
        {
            var asked = new Asked(_reader.NextNumber(), text, tokens, Stopwatch.GetTimestamp());
            _waiting.Enqueue(asked);
            return asked;
        }
    }

    private CompletedBatch RunAsync(List<Asked> batch)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan waited = batch.Count > 0 ? Stopwatch.GetElapsedTime(batch[0].Since, start) : TimeSpan.Zero;
        Answer(batch);
        return new CompletedBatch(batch.Count, batch.Sum(asked => asked.Tokens), waited, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Where a batch fails, each of its texts is read by itself: only the caller of the text at fault gets the error.</summary>
    private void Answer(List<Asked> batch)
    {
        try
        {
            IReadOnlyList<TAnswer> answers = batch.Count > 0 ? _read([.. batch.Select(asked => asked.Text)]) : [];
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
            batch.ForEach(asked => Answer([asked]));
        }
    }

    private sealed record Asked(long Number, TText Text, int Tokens, long Since)
    {
        /// <summary>Whoever waits goes on elsewhere: the thread that reads has the next batch to read.</summary>
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

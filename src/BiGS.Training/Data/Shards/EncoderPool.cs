namespace BiGS.Training.Data;

/// <summary>
/// Encodes streams of documents on some threads, in bounded memory: every stream is read on the thread that asks for it, its groups of
/// documents are encoded beside, and come back in order. Several streams share the threads, and the room for what is not yet written.
/// </summary>
internal sealed class EncoderPool : IDisposable
{
    /// <summary>Characters of a group; a longer document is a group by itself.</summary>
    private const int GroupCharacters = 1 << 20;

    private readonly GroupEncoder _encoder;
    private readonly TaskFactory _threads;
    private readonly SemaphoreSlim _room;

    /// <param name="encoder">Makes the ids.</param>
    /// <param name="workers">How many groups are encoded at once; twice as many may wait.</param>
    public EncoderPool(GroupEncoder encoder, int workers)
    {
        _encoder = encoder;
        _threads = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
        _room = new SemaphoreSlim(3 * workers);
    }

    /// <summary>The documents of a stream, encoded, in order.</summary>
    public IEnumerable<EncodedGroup> Encode(IEnumerable<string> documents, CancellationToken cancellationToken)
    {
        var pending = new Queue<Task<EncodedGroup>>();
        try
        {
            long first = 0;
            foreach (List<string> group in Groups(documents))
            {
                // A stream that holds some of the room makes some before it waits: so no two wait for each other.
                while (!_room.Wait(0, cancellationToken))
                {
                    if (pending.Count == 0)
                    {
                        _room.Wait(cancellationToken);
                        break;
                    }

                    yield return Next(pending);
                }

                long number = first;
                pending.Enqueue(_threads.StartNew(() => _encoder.Encode(group, number, cancellationToken), cancellationToken));
                first += group.Count;
                while (pending.TryPeek(out Task<EncodedGroup>? oldest) && oldest.IsCompleted)
                {
                    yield return Next(pending);
                }
            }

            while (pending.Count > 0)
            {
                yield return Next(pending);
            }
        }
        finally
        {
            // Whoever stops early leaves no task behind that still reads what the caller lets go.
            foreach (Task<EncodedGroup> left in pending)
            {
                ((IAsyncResult)left).AsyncWaitHandle.WaitOne();
                _room.Release();
            }
        }
    }

    public void Dispose() => _room.Dispose();

    private EncodedGroup Next(Queue<Task<EncodedGroup>> pending)
    {
        try
        {
            return pending.Peek().GetAwaiter().GetResult();
        }
        finally
        {
            pending.Dequeue();
            _room.Release();
        }
    }

    private static IEnumerable<List<string>> Groups(IEnumerable<string> documents)
    {
        (var group, int characters) = (new List<string>(), 0);
        foreach (string document in documents)
        {
            group.Add(document);
            characters += document.Length;
            if (characters >= GroupCharacters)
            {
                yield return group;
                (group, characters) = ([], 0);
            }
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }
}

namespace BiGS.Training.Distributed;

/// <summary>
/// A stream for messages beside the one on which libtorch computes. A message waits for what was computed before it was begun, and what is computed after
/// <see cref="IWork.Wait"/> waits for the message; the processor waits for neither.
/// </summary>
internal sealed class CommunicationStream
{
    private readonly CudaStreams _cuda;
    private readonly nint _stream;
    private readonly nint _ready;
    private readonly Stack<Passage> _free = [];
    private readonly Queue<Passage> _waitedFor = [];
    private TimeSpan _busy;
    private TimeSpan _waited;

    /// <param name="cuda">With its GPU open.</param>
    public CommunicationStream(CudaStreams cuda)
    {
        _cuda = cuda;
        _stream = cuda.NewStream();
        _ready = cuda.NewEvent();
    }

    /// <summary>How long messages took on the GPU, as far as they are known to be over.</summary>
    public TimeSpan Busy
    {
        get
        {
            Settle();
            return _busy;
        }
    }

    /// <summary>How long the GPU computed nothing because of them, likewise.</summary>
    public TimeSpan Waited
    {
        get
        {
            Settle();
            return _waited;
        }
    }

    /// <param name="message">Puts it on the stream that it is given.</param>
    /// <param name="check">Throws where the message will never arrive.</param>
    public IWork Begin(Action<nint> message, Action check)
    {
        Settle();
        Passage passage = _free.Count > 0 ? _free.Pop() : new Passage(_cuda.NewEvent(), _cuda.NewEvent(), _cuda.NewEvent(), _cuda.NewEvent());
        _cuda.Record(_ready, CudaStreams.Default);
        _cuda.Wait(_stream, _ready);
        _cuda.Record(passage.Begun, _stream);
        message(_stream);
        _cuda.Record(passage.Arrived, _stream);
        return new Work(this, passage, check);
    }

    /// <summary>The processor waits for all messages.</summary>
    public void Synchronize()
    {
        _cuda.Enter();
        _cuda.Synchronize(_stream);
    }

    /// <summary>Counts what is over by now, without waiting for anything.</summary>
    private void Settle()
    {
        _cuda.Enter();
        while (_waitedFor.TryPeek(out Passage? passage) && _cuda.IsDone(passage.Resumed))
        {
            _busy += _cuda.Between(passage.Begun, passage.Arrived);
            _waited += _cuda.Between(passage.Halted, passage.Resumed);
            _free.Push(_waitedFor.Dequeue());
        }
    }

    /// <summary>A message's events.</summary>
    /// <param name="Begun">On the stream of messages.</param>
    /// <param name="Arrived">Likewise.</param>
    /// <param name="Halted">On the default stream, when it is to wait for the message.</param>
    /// <param name="Resumed">On the default stream, when it has.</param>
    private sealed record Passage(nint Begun, nint Arrived, nint Halted, nint Resumed);

    private sealed class Work(CommunicationStream messages, Passage passage, Action check) : IWork
    {
        private bool _done;

        public void Wait()
        {
            check();
            if (_done)
            {
                return;
            }

            CudaStreams cuda = messages._cuda;
            cuda.Enter();
            cuda.Record(passage.Halted, CudaStreams.Default);
            cuda.Wait(CudaStreams.Default, passage.Arrived);
            cuda.Record(passage.Resumed, CudaStreams.Default);
            messages._waitedFor.Enqueue(passage);
            _done = true;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace BiGS.Training.Distributed;

/// <summary>
/// The one thread that speaks to the other ranks, so that messages are on their way while the others compute. Work is done in the order in which it
/// was asked for, which is the same on all ranks.
/// </summary>
/// <remarks>
/// MPI moves a message on only while it is called. As long as nobody waits, the thread looks in ten thousand times a second and leaves the core to whoever
/// computes; once somebody waits, it looks without pause.
/// </remarks>
internal sealed partial class CommunicationThread : IDisposable
{
    private const uint MicrosecondsBetweenLooks = 100;

    private readonly BlockingCollection<Work> _asked = [];
    private readonly PeerMonitor _lifeline;
    private readonly Thread _thread;
    private readonly Stopwatch _busy = new();
    private readonly Stopwatch _waited = new();
    private volatile bool _someoneWaits;

    /// <param name="lifeline">Knows when a rank is gone: what is on its way then will not arrive.</param>
    public CommunicationThread(PeerMonitor lifeline)
    {
        _lifeline = lifeline;
        _thread = new Thread(Serve) { IsBackground = true, Name = "ranks" };
        _thread.Start();
    }

    public TimeSpan Busy => _busy.Elapsed;

    public TimeSpan Waited => _waited.Elapsed;

    /// <param name="begin">Begins something, and gives what is asked again and again whether it is done; both on the thread.</param>
    /// <param name="finish">What is left to do then, on the thread that waits.</param>
    public IWork Begin(Func<Func<bool>> begin, Action? finish = null)
    {
        var work = new Work(this, begin, finish);
        _asked.Add(work, CancellationToken.None);
        return work;
    }

    /// <summary>Does something on the thread, and returns when it is done.</summary>
    public void Do(Action action) => Begin(() =>
    {
        action();
        return () => true;
    }).Wait();

    /// <summary>Ends the thread once nothing is left to do, or at once where a rank is gone.</summary>
    public void Dispose()
    {
        _asked.CompleteAdding();
        _thread.Join();
        _asked.Dispose();
    }

    private void Serve()
    {
        foreach (Work work in _asked.GetConsumingEnumerable())
        {
            _busy.Start();
            try
            {
                _lifeline.ThrowIfLost();
                Func<bool> isDone = work.Begin();
                while (!isDone())
                {
                    _lifeline.ThrowIfLost();
                    if (_someoneWaits)
                    {
                        Thread.Yield();
                    }
                    else
                    {
                        Sleep(MicrosecondsBetweenLooks);
                    }
                }

                work.End(null);
            }
            catch (Exception failure)
            {
                // Thrown again where somebody waits for the work.
                work.End(failure);
            }

            _busy.Stop();
        }
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);

    private sealed class Work(CommunicationThread thread, Func<Func<bool>> begin, Action? finish) : IWork
    {
        private readonly ManualResetEventSlim _ended = new();
        private Exception? _failure;

        public Func<bool> Begin() => begin();

        public void End(Exception? failure)
        {
            _failure = failure;
            _ended.Set();
        }

        public void Wait()
        {
            if (!_ended.IsSet)
            {
                thread._waited.Start();
                thread._someoneWaits = true;
                _ended.Wait();
                thread._someoneWaits = false;
                thread._waited.Stop();
            }

            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }

            finish?.Invoke();
        }
    }
}

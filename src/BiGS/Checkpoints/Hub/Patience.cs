namespace BiGS.Checkpoints;

/// <summary>Pauses of 1, 2, 4, … seconds between attempts, or what the server asks for; gives up after a few that led nowhere.</summary>
internal sealed class Patience(HubOptions options)
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>Something came: the count begins anew.</summary>
    public void Renew() => _failures = 0;

    /// <exception cref="HubException">It is the last attempt that failed.</exception>
    public Task Bear(PassingFault fault, CancellationToken cancel)
    {
        _failures++;
        if (_failures >= options.Attempts)
        {
            throw new HubException(
                $"{fault.Message}; tried {options.Attempts} times. Check the connection and run it again: what has come stays and is not fetched twice. "
                + "HF_HUB_OFFLINE=1 takes a model that is in the cache already.",
                inner: fault);
        }

        TimeSpan backOff = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _failures - 1), LongestBackOff.TotalSeconds));
        TimeSpan wait = fault.AskedToWait is { } asked && asked > backOff ? asked : backOff;
        return options.Delay(wait < options.LongestWait ? wait : options.LongestWait, cancel);
    }

    /// <summary>Repeats what may fail in passing.</summary>
    public async Task<T> Try<T>(Func<Task<T>> attempt, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (PassingFault fault)
            {
                await Bear(fault, cancel).ConfigureAwait(false);
            }
        }
    }
}

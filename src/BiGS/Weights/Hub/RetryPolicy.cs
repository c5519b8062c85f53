namespace BiGS.Weights;

/// <summary>
/// Pauses of 1, 2, 4, … seconds between attempts, or what the server asks for; gives up after a few that led nowhere, and where nobody is there
/// after the second.
/// </summary>
/// <param name="options">How long to wait at most, and how.</param>
/// <param name="attempts">How many attempts may lead nowhere.</param>
internal sealed class RetryPolicy(HubOptions options, int attempts)
{
    private const int AttemptsWithNobodyThere = 2;

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private int _failures;
    private bool _cameFurther;

    /// <summary>Something came: the count begins anew.</summary>
    public void Renew() => (_failures, _cameFurther) = (0, true);

    /// <exception cref="HubException">It is the last attempt that failed.</exception>
    public Task WaitAsync(TransientHttpException fault, CancellationToken cancellationToken)
    {
        _failures++;
        if (_failures >= (fault.IsUnreachable && !_cameFurther ? Math.Min(attempts, AttemptsWithNobodyThere) : attempts))
        {
            throw new HubException(
                $"{fault.Message}; tried {_failures} {(_failures == 1 ? "time" : "times")}, and the cache {options.CacheFolder} does not hold it whole. "
                + "Check the connection and run it again: what has come stays and is not fetched twice.",
                inner: fault);
        }

        TimeSpan backOff = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _failures - 1), LongestBackOff.TotalSeconds));
        TimeSpan wait = fault.RetryAfter is { } asked && asked > backOff ? asked : backOff;
        return options.Delay(wait < options.MaxRetryDelay ? wait : options.MaxRetryDelay, cancellationToken);
    }

    /// <summary>Repeats what may fail in passing.</summary>
    public async Task<T> ExecuteAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (TransientHttpException fault)
            {
                await WaitAsync(fault, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

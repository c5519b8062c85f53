namespace BiGS.Cli.Output;

/// <summary>Passes progress on where it is told. (Progress&lt;T&gt; passes it on later, from any thread, out of order.)</summary>
internal sealed class SynchronousProgress<T>(Action<T> listen) : IProgress<T>
{
    public void Report(T value) => listen(value);
}

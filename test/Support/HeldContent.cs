using System.Net;
using System.Text;

namespace BiGS.Support;

/// <summary>A body whose last byte is held back until the test lets it go.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly byte[] _body;
    private readonly TaskCompletionSource _begun = new();
    private readonly TaskCompletionSource _mayEnd = new();

    public HeldContent(string json)
    {
        _body = Encoding.UTF8.GetBytes(json);
        Headers.ContentType = new("application/json");
    }

    /// <summary>All but the last byte is on its way.</summary>
    public Task Begun => _begun.Task;

    public void LetGo() => _mayEnd.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_body.AsMemory(..^1), TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        _begun.SetResult();
        await _mayEnd.Task;
        await stream.WriteAsync(_body.AsMemory(^1..), TestContext.Current.CancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using BiGS.Weights;

namespace BiGS.Support;

/// <summary>
/// The hub in small, on this machine's loopback: its list of files, its headers and redirects, and a store on another port, which stands for
/// another host. It does what it is told to do wrong.
/// </summary>
internal sealed class TestHub : IDisposable
{
    private readonly TcpListener _hub = new(IPAddress.Loopback, 0);
    private readonly TcpListener _store = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, HubRepository> _repositories = [];
    private readonly ConcurrentQueue<HubCall> _calls = new();

    public TestHub()
    {
        Folder = Directory.CreateTempSubdirectory("bigs-hub-").FullName;
        foreach ((TcpListener listener, string host) in (IEnumerable<(TcpListener, string)>)[(_hub, "hub"), (_store, "store")])
        {
            listener.Start();
            _ = Accept(listener, host);
        }
    }

    /// <summary>Where caches of a test live.</summary>
    public string Folder { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_hub.LocalEndpoint).Port}");

    public Uri Store => new($"http://127.0.0.1:{((IPEndPoint)_store.LocalEndpoint).Port}");

    /// <summary>Decides for every request; null: does its duty.</summary>
    public Func<HubCall, Mischief?> Misbehave { get; set; } = _ => null;

    public IReadOnlyCollection<HubCall> Calls => _calls;

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public void Forget() => _calls.Clear();

    public HubRepository Repository(string name, string? commit = null) => _repositories[name] = new HubRepository(name, commit);

    public void Remove(string name) => _repositories.Remove(name);

    /// <summary>Options that reach this hub and do not really wait.</summary>
    public HubOptions Options(
        string cache = "cache", string? token = null, bool offline = false, TimeSpan? silence = null, TimeProvider? clock = null) => new()
        {
            Endpoint = Endpoint,
            CacheFolder = Path.Combine(Folder, cache),
            Token = token,
            Offline = offline,
            ReadTimeout = silence ?? TimeSpan.FromSeconds(30),
            Clock = clock ?? TimeProvider.System,
            Delay = (wait, cancellationToken) =>
            {
                Waits.Enqueue(wait);
                return Task.Delay(TimeSpan.Zero, cancellationToken);
            },
        };

    public void Dispose()
    {
        _end.Cancel();
        _hub.Dispose();
        _store.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task Accept(TcpListener listener, string host)
    {
        while (!_end.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return; // the test has ended
            }

            _ = Task.Run(() => Serve(socket, host));
        }
    }

    private async Task Serve(Socket socket, string host)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            string[] first = (await reader.ReadLineAsync(_end.Token) ?? "").Split(' ');
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (string? line; (line = await reader.ReadLineAsync(_end.Token)) is { Length: > 0 };)
            {
                string[] parts = line.Split(": ", 2);
                headers[parts[0]] = parts[1];
            }

            long? from = headers.TryGetValue("Range", out string? range) ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : null;
            var call = new HubCall(host, first[0], first[1].Split('?')[0], from, headers.GetValueOrDefault("Authorization"));
            _calls.Enqueue(call);
            await Answer(stream, socket, call, Misbehave(call));
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
        {
            // The client hung up, or the test has ended.
        }
    }

    private async Task Answer(NetworkStream stream, Socket socket, HubCall call, Mischief? mischief)
    {
        HubReply reply = mischief is { Status: { } status }
            ? new HubReply(status, [("Retry-After", mischief.RetryAfter), ("X-Error-Code", mischief.ErrorCode), ("Location", mischief.Location)], [])
            : Duty(mischief?.IgnoresRange == true ? call with { From = null } : call);
        if (mischief?.Body is { } body)
        {
            reply = reply with { Body = body };
        }

        int? cut = mischief?.CutAfter;
        if (cut != -1)
        {
            await stream.WriteAsync(reply.Head(), _end.Token);
            byte[] bytes = call.Method == "HEAD" ? [] : reply.Body;
            await stream.WriteAsync(bytes.AsMemory(0, Math.Min(bytes.Length, cut ?? bytes.Length)), _end.Token);
        }

        if (mischief?.FallsSilent == true)
        {
            await Task.Delay(Timeout.Infinite, _end.Token);
        }

        if (cut is null)
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        else
        {
            socket.LingerState = new LingerOption(mischief!.Resets, 0);
        }
    }

    private HubReply Duty(HubCall call) => call.Host == "store" ? FromStore(call) : call.IsList ? List(call) : File(call);

    private HubReply List(HubCall call)
    {
        string[] parts = Uri.UnescapeDataString(call.Path["/api/models/".Length..]).Split("/revision/");
        if (!_repositories.TryGetValue(parts[0], out HubRepository? repository))
        {
            return HubReply.Refusal(404, "RepoNotFound");
        }

        return parts[1] is "main" or "v1" or "refs/pr/1" || parts[1] == repository.Commit
            ? new HubReply(200, [], JsonSerializer.SerializeToUtf8Bytes(new
            {
                sha = repository.Commit,
                siblings = repository.Files.Keys.Select(name => new { rfilename = name }),
            }))
            : HubReply.Refusal(404, "RevisionNotFound");
    }

    /// <summary>Large files lead to the store, small ones to another address of the hub, as they do there.</summary>
    private HubReply File(HubCall call)
    {
        string path = Uri.UnescapeDataString(call.Path);
        bool cached = path.StartsWith("/small/", StringComparison.Ordinal);
        string[] parts = (cached ? path["/small".Length..] : path)[1..].Split("/resolve/");
        string[] place = parts[1].Split('/', 2);
        if (!_repositories.TryGetValue(parts[0], out HubRepository? repository) || place[0] != repository.Commit
            || !repository.Files.TryGetValue(place[1], out HubContent? file))
        {
            return HubReply.Refusal(404, "EntryNotFound");
        }

        (string, string?) commit = ("X-Repo-Commit", repository.Commit);
        if (file.IsLarge)
        {
            return new HubReply(302,
                [commit, ("X-Linked-Etag", $"\"{file.Etag}\""), ("X-Linked-Size", $"{file.Bytes.Length}"), ("Location", $"{Store}lfs/{file.Etag}?signature=secret")], []);
        }

        return cached
            ? HubReply.Content(file.Bytes, call.From, [commit, ("ETag", $"W/\"{file.Etag}\"")])
            : new HubReply(307, [commit, ("Location", "/small" + call.Path)], "moved"u8.ToArray());
    }

    private HubReply FromStore(HubCall call)
    {
        HubContent? file = _repositories.Values.SelectMany(repository => repository.Files.Values).FirstOrDefault(file => call.Path == $"/lfs/{file.Etag}");
        return file is null ? HubReply.Refusal(403, null) : HubReply.Content(file.Bytes, call.From, [("ETag", "\"the store has its own\"")]);
    }
}

/// <summary>An answer in HTTP/1.1, one a connection.</summary>
internal sealed record HubReply(int Status, IReadOnlyList<(string Name, string? Value)> Headers, byte[] Body)
{
    public static HubReply Refusal(int status, string? code) => new(status, [("X-Error-Code", code)], "{\"error\":\"no\"}"u8.ToArray());

    public static HubReply Content(byte[] bytes, long? from, IReadOnlyList<(string Name, string? Value)> headers) => from switch
    {
        null => new HubReply(200, headers, bytes),
        { } start when start < bytes.Length => new HubReply(
            206, [.. headers, ("Content-Range", $"bytes {start}-{bytes.Length - 1}/{bytes.Length}")], bytes[(int)start..]),
        _ => new HubReply(416, [("Content-Range", $"bytes */{bytes.Length}")], []),
    };

    public byte[] Head()
    {
        IEnumerable<string> lines = Headers.Where(header => header.Value is not null).Select(header => $"{header.Name}: {header.Value}\r\n");
        return Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} Said\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n{string.Concat(lines)}\r\n");
    }
}

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace BiGS.Training.Distributed;

/// <summary>
/// How ranks learn of each other's end: one connection from every rank to rank 0, over which nothing is sent. When a process ends, in whatever way, its
/// system closes the connection; when a machine goes silent, keep-alives notice within <see cref="SilenceSeconds"/>. Rank 0 tells the others which it was.
/// </summary>
internal sealed class PeerMonitor : IDisposable
{
    private const byte Goodbye = 1;
    private const byte Missing = 2;
    private const int KeepAliveEvery = 5;
    private const int KeepAliveTries = 3;

    /// <summary>After so long a machine that answers nothing counts as gone.</summary>
    private const int SilenceSeconds = KeepAliveEvery * (KeepAliveTries + 1);

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(SilenceSeconds);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Socket> _to = [];
    private volatile RankLostException? _lost;
    private bool _ending;

    /// <summary>Called with a rank that is gone, before <see cref="ThrowIfLost"/> says so.</summary>
    public Action<int>? RankLost { get; set; }

    /// <exception cref="RankLostException">A rank is gone.</exception>
    public void ThrowIfLost()
    {
        if (_lost is { } lost)
        {
            throw lost;
        }
    }

    /// <summary>Connects the ranks.</summary>
    /// <returns>On how many machines they are.</returns>
    /// <exception cref="InvalidOperationException">Rank 0 cannot be reached.</exception>
    public int Join(IProcessGroup ranks)
    {
        int machines = ranks.AllGatherBytes(Encoding.UTF8.GetBytes(Machine())).Select(Convert.ToHexString).Distinct().Count();
        if (ranks.WorldSize == 1)
        {
            return machines;
        }

        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        if (ranks.Rank == 0)
        {
            listener.Bind(new IPEndPoint(machines == 1 ? IPAddress.Loopback.MapToIPv6() : IPAddress.IPv6Any, 0));
            listener.Listen(ranks.WorldSize);
        }

        string[] places = Encoding.UTF8.GetString(ranks.BroadcastBytes(Encoding.UTF8.GetBytes(
            ranks.Rank == 0 ? string.Join('\n', Places(((IPEndPoint)listener.LocalEndPoint!).Port, machines == 1)) : string.Empty))).Split('\n');
        if (ranks.Rank > 0)
        {
            Socket zero = Reached(places);
            zero.Send(BitConverter.GetBytes(ranks.Rank));
            Watch(0, zero);
            return machines;
        }

        for (int i = 1; i < ranks.WorldSize; i++)
        {
            if (!listener.Poll(ConnectLimit, SelectMode.SelectRead))
            {
                throw new InvalidOperationException($"only {i} of {ranks.WorldSize} ranks reached rank 0 at {string.Join(" or ", places)} within {ConnectLimit.TotalSeconds} s; does a firewall stand between the machines?");
            }

            Socket other = listener.Accept();
            byte[] rank = new byte[sizeof(int)];
            other.Receive(rank, SocketFlags.None);
            Watch(BitConverter.ToInt32(rank), other);
        }

        return machines;
    }

    /// <summary>Nobody is missed from here on.</summary>
    public void SignalExit()
    {
        lock (_lock)
        {
            _ending = true;
            foreach (Socket socket in _to.Values)
            {
                Say(socket, [Goodbye]);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ending = true;
            foreach (Socket socket in _to.Values)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Machines have names; and network namespaces of one machine are as separate as machines.</summary>
    private static string Machine() => $"{Environment.MachineName} {new FileInfo("/proc/self/ns/net").LinkTarget}";

    private static IEnumerable<IPEndPoint> Places(int port, bool oneMachine) => oneMachine
        ? [new IPEndPoint(IPAddress.Loopback, port)]
        : NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network is { OperationalStatus: OperationalStatus.Up or OperationalStatus.Unknown, NetworkInterfaceType: not NetworkInterfaceType.Loopback })
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Where(unicast => !unicast.Address.IsIPv6LinkLocal)
            .Select(unicast => new IPEndPoint(unicast.Address, port));

    private static Socket Reached(string[] places)
    {
        foreach (IPEndPoint place in places.Select(IPEndPoint.Parse))
        {
            var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (socket.ConnectAsync(place).Wait(ConnectLimit / places.Length))
                {
                    return socket;
                }
            }
            catch (AggregateException unreachable) when (unreachable.InnerException is SocketException)
            {
                // One of rank 0's addresses that does not lead to it from here; the next may.
            }

            socket.Dispose();
        }

        throw new InvalidOperationException($"rank 0 cannot be reached at {string.Join(" or ", places)}; does a firewall stand between the machines?");
    }

    private void Watch(int rank, Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveEvery);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveEvery);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveTries);
        lock (_lock)
        {
            _to[rank] = socket;
        }

        new Thread(() => Listen(rank, socket)) { IsBackground = true, Name = $"lifeline to rank {rank}" }.Start();
    }

    /// <summary>Sleeps until the connection says something or ends.</summary>
    private void Listen(int rank, Socket socket)
    {
        byte[] said = new byte[1 + sizeof(int)];
        int length = 0;
        try
        {
            length = socket.Receive(said);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The other side's end without a word, or our own.
        }

        if (length > 0 && said[0] == Goodbye)
        {
            return;
        }

        Miss(length == said.Length && said[0] == Missing ? BitConverter.ToInt32(said, 1) : rank);
    }

    private void Miss(int rank)
    {
        lock (_lock)
        {
            if (_ending)
            {
                return;
            }

            _ending = true;
            foreach ((int other, Socket socket) in _to)
            {
                if (other != rank)
                {
                    Say(socket, [Missing, .. BitConverter.GetBytes(rank)]);
                }
            }
        }

        RankLost?.Invoke(rank);
        _lost = new RankLostException(rank);
    }

    private static void Say(Socket socket, byte[] message)
    {
        try
        {
            socket.Send(message);
        }
        catch (SocketException)
        {
            // Who is not there any more needs no word.
        }
    }
}

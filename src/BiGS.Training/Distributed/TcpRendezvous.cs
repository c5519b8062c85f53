using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace BiGS.Training.Distributed;

/// <summary>How processes find each other over TCP: rank 0 listens at a place that all know, and the others try until it answers.</summary>
/// <param name="launch">This process's rank.</param>
/// <param name="place">Where rank 0 listens.</param>
/// <param name="patience">How long to wait for all others.</param>
internal sealed class TcpRendezvous(LaunchContext launch, DnsEndPoint place, TimeSpan patience)
{
    /// <summary>How a rank says who it is: this word, its rank, and how many it believes there are.</summary>
    private const int Word = 0x53476942;
    private const int GreetingLength = 3 * sizeof(int);

    /// <summary>Ranks start at different times; machines that queue for their processes, minutes apart, are started together by their launcher.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Whoever connects and says nothing is no rank.</summary>
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Where rank 0 is to be found. An agent of torchrun that keeps a store of its own listens at the port that it names, and the next one is free for us.
    /// </summary>
    /// <param name="variable">Gives the value of a variable of the environment.</param>
    /// <exception cref="InvalidOperationException">MASTER_ADDR or MASTER_PORT is missing or no port.</exception>
    public static DnsEndPoint Place(Func<string, string?> variable)
    {
        (string? host, string? port) = (variable("MASTER_ADDR"), variable("MASTER_PORT"));
        if (string.IsNullOrEmpty(host) || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number is 0 or ushort.MaxValue)
        {
            throw new InvalidOperationException(
                $"RANK and WORLD_SIZE say that several processes were started, but MASTER_ADDR is “{host}” and MASTER_PORT is “{port}”, which is no place to meet; "
                + "torchrun sets both, or set them to rank 0's machine and a free port there.");
        }

        return new DnsEndPoint(host, number + (variable("TORCHELASTIC_USE_AGENT_STORE") == "True" ? 1 : 0));
    }

    /// <returns>A connection from rank 0 to all others, in their order; or from another to rank 0.</returns>
    /// <exception cref="InvalidOperationException">Not all came.</exception>
    public List<(int Rank, Socket Socket)> Find() => launch.Rank == 0 ? Receive() : [(0, Reach())];

    /// <summary>Rank 0: waits for all others.</summary>
    private List<(int Rank, Socket Socket)> Receive()
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        try
        {
            listener.Bind(new IPEndPoint(Interface(place.Host), place.Port));
        }
        catch (SocketException failure)
        {
            throw new InvalidOperationException(
                $"rank 0 is to listen at {place.Host}:{place.Port} and cannot ({failure.Message}); name a free port in MASTER_PORT (torchrun --master-port).", failure);
        }

        listener.Listen(launch.WorldSize);
        var found = new List<(int Rank, Socket Socket)>();
        long start = Stopwatch.GetTimestamp();
        int[] Missing() => [.. Enumerable.Range(1, launch.WorldSize - 1).Except(found.Select(other => other.Rank))];
        while (found.Count < launch.WorldSize - 1)
        {
            TimeSpan left = patience - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || !listener.Poll(left, SelectMode.SelectRead))
            {
                found.ForEach(other => other.Socket.Dispose());
                throw new InvalidOperationException(
                    $"{1 + found.Count} of {launch.WorldSize} ranks came to {place.Host}:{place.Port} within {patience.TotalSeconds} s (missing: {string.Join(", ", Missing())}); "
                    + "were all machines' processes started, with the same MASTER_ADDR and MASTER_PORT, and does no firewall stand between them?");
            }

            Socket other = listener.Accept();
            if (Greeted(other, GreetingLimit) is { } rank && Missing().Contains(rank))
            {
                Greet(other);
                found.Add((rank, other));
            }
            else
            {
                other.Dispose(); // a stranger, or a rank of another run
            }
        }

        found.Sort((one, other) => one.Rank.CompareTo(other.Rank));
        return found;
    }

    /// <summary>A name may lead rank 0 to its own loopback and others to its network card, so only what is always loopback is taken for it.</summary>
    private static IPAddress Interface(string host) =>
        host == "localhost" ? IPAddress.Loopback.MapToIPv6()
        : IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) ? address.MapToIPv6()
        : IPAddress.IPv6Any;

    /// <summary>Another rank: tries until rank 0 answers.</summary>
    private Socket Reach()
    {
        long start = Stopwatch.GetTimestamp();
        string answer = "no answer";
        for (TimeSpan left = patience; left > TimeSpan.Zero; left = patience - Stopwatch.GetElapsedTime(start))
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (socket.ConnectAsync(place).Wait(left))
                {
                    Greet(socket);
                    if (Greeted(socket, left) == 0)
                    {
                        return socket;
                    }

                    answer = "somebody else answers there";
                }
            }
            catch (AggregateException failure) when (failure.InnerException is SocketException reason)
            {
                answer = reason.Message; // rank 0 may not have started yet
            }
            catch (SocketException reason)
            {
                answer = reason.Message;
            }

            socket.Dispose();
            Thread.Sleep(BetweenTries);
        }

        throw new InvalidOperationException(
            $"rank {launch.Rank} did not reach rank 0 at {place.Host}:{place.Port} within {patience.TotalSeconds} s ({answer}); "
            + "was rank 0 started, are MASTER_ADDR and MASTER_PORT the same everywhere, and does no firewall stand between the machines?");
    }

    private void Greet(Socket socket)
    {
        socket.NoDelay = true;
        socket.Send(MemoryMarshal.AsBytes<int>([Word, launch.Rank, launch.WorldSize]));
    }

    /// <returns>The rank at the other end; null where there is no rank of this run.</returns>
    private int? Greeted(Socket socket, TimeSpan limit)
    {
        socket.ReceiveTimeout = (int)Math.Max(1, limit.TotalMilliseconds);
        byte[] bytes = new byte[GreetingLength];
        try
        {
            if (!socket.Fills(bytes))
            {
                return null;
            }
        }
        catch (SocketException)
        {
            // Whoever hangs up or says too little is none.
            return null;
        }

        socket.ReceiveTimeout = 0; // from here on a rank may compute for as long as it likes before it speaks
        ReadOnlySpan<int> said = MemoryMarshal.Cast<byte, int>(bytes);
        return said[0] == Word && said[2] == launch.WorldSize ? said[1] : null;
    }
}

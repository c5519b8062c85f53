using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace BiGS.Training.Distributed;

/// <summary>
/// Ranks that meet over TCP, as torchrun starts them: rank 0 listens where MASTER_ADDR and MASTER_PORT say, the others connect, and every message
/// goes by way of rank 0.
/// </summary>
public sealed class TcpProcessGroup : IProcessGroup
{
    /// <summary>So long the lifeline may take to say which rank it was that brought a connection to its end.</summary>
    private static readonly TimeSpan LifelineLimit = TimeSpan.FromSeconds(1);

    /// <summary>Rank 0's to all others in their order, or another's to rank 0.</summary>
    private readonly List<(int Rank, Socket Socket)> _to = [];
    private readonly PeerMonitor _lifeline = new();
    private volatile RankLostException? _lost;
    private bool _finished;

    /// <summary>Joins the processes that torchrun started with this one.</summary>
    /// <exception cref="InvalidOperationException">The environment names no place to meet, or not all ranks come there.</exception>
    public TcpProcessGroup(LaunchContext launch)
        : this(launch, TcpRendezvous.Place(Environment.GetEnvironmentVariable), TcpRendezvous.Patience)
    {
    }

    /// <param name="launch">This process's rank.</param>
    /// <param name="place">Where rank 0 listens.</param>
    /// <param name="patience">How long to wait for all others.</param>
    internal TcpProcessGroup(LaunchContext launch, DnsEndPoint place, TimeSpan patience)
    {
        (Rank, WorldSize, LocalRank) = (launch.Rank, launch.WorldSize, launch.LocalRank);
        try
        {
            _to = new TcpRendezvous(launch, place, patience).Find();
            _lifeline.RankLost = Miss;
            int machines = _lifeline.Join(this);
            Description = $"{WorldSize} ranks on {machines} machine{(machines == 1 ? string.Empty : "s")}, TCP";
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Rank { get; }

    public int WorldSize { get; }

    public int LocalRank { get; }

    public string Description { get; }

    public Action<int>? RankLost { get; set; }

    public double[] AllReduceScalars(params ReadOnlySpan<double> values)
    {
        double[][] all = [.. AllGatherBytes(MemoryMarshal.AsBytes(values)).Select(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray())];
        return [.. Enumerable.Range(0, values.Length).Select(i => all.Sum(of => of[i]))];
    }

    public IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine)
    {
        byte[][] all = new byte[WorldSize][];
        all[Rank] = mine.ToArray();
        if (Rank > 0)
        {
            Say(_to[0], all[Rank]);
            return [.. all.Select(_ => Received(_to[0]))];
        }

        _to.ForEach(other => all[other.Rank] = Received(other));
        _to.ForEach(other => Say(other, all));
        return all;
    }

    public void Complete()
    {
        if (_finished)
        {
            return;
        }

        AllGatherBytes([]); // whoever leaves first must not take from others what they have still to hear
        _lifeline.SignalExit();
        _finished = true;
    }

    /// <summary>A rank that leaves without <see cref="Complete"/> failed: the others see its lifeline end, and stop.</summary>
    public void Dispose()
    {
        _lifeline.Dispose();
        _to.ForEach(other => other.Socket.Dispose());
    }

    private void Say((int Rank, Socket Socket) other, params byte[][] messages)
    {
        byte[] all = [.. messages.SelectMany(message => (byte[])[.. BitConverter.GetBytes(message.Length), .. message])];
        try
        {
            for (int sent = 0; sent < all.Length;)
            {
                sent += other.Socket.Send(all.AsSpan(sent));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            throw Lost(other.Rank, end);
        }
    }

    private byte[] Received((int Rank, Socket Socket) other)
    {
        byte[] Next(int length)
        {
            byte[] bytes = new byte[length];
            return other.Socket.Fills(bytes) ? bytes : throw Lost(other.Rank, null);
        }

        try
        {
            return Next(BitConverter.ToInt32(Next(sizeof(int))));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            throw Lost(other.Rank, end);
        }
    }

    /// <summary>Where a connection ended, the rank at its other end may have left because of a third.</summary>
    private RankLostException Lost(int rank, Exception? cause)
    {
        SpinWait.SpinUntil(() => _lost is not null, LifelineLimit);
        return _lost ?? new RankLostException(rank, cause);
    }

    private void Miss(int rank)
    {
        RankLost?.Invoke(rank);
        _lost = new RankLostException(rank);
        _to.ForEach(other => other.Socket.Dispose()); // ends whatever waits
    }
}

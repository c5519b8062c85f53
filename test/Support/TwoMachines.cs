using System.ComponentModel;
using System.Diagnostics;

namespace BiGS.Support;

/// <summary>Two network namespaces with a cable between them: to whatever runs inside, machines of their own. For root alone.</summary>
internal sealed class TwoMachines : IDisposable
{
    private const string Here = "10.77.0.1";
    private const string There = "10.77.0.2";

    private static readonly string Name = $"bigs{Environment.ProcessId}";

    private readonly string _agent;

    private TwoMachines(string folder)
    {
        // mpirun reaches another machine through a program that is given its name and a command line: ssh, or this.
        _agent = Path.Combine(folder, "agent.sh");
        File.WriteAllText(_agent, $"shift\nexec ip netns exec {Name}b sh -c \"$*\"\n");
    }

    /// <summary>What starts two ranks, one on each, with Open MPI's mpirun.</summary>
    public string[] Launcher =>
    [
        "ip", "netns", "exec", $"{Name}a", "mpirun", "--mca", "plm_rsh_agent", $"/bin/sh {_agent}", "--mca", "btl", "tcp,self", "--mca", "pml", "ob1",
        "--host", $"{Here},{There}", "-x", "OMP_NUM_THREADS", "-x", "BIGS_CACHE", "-n", "2",
    ];

    /// <summary>Null where that is not allowed.</summary>
    public static TwoMachines? TryMake(string folder)
    {
        bool made = Ip($"netns add {Name}a") && Ip($"netns add {Name}b") && Ip($"link add va netns {Name}a type veth peer name vb netns {Name}b")
            && Ip($"-n {Name}a addr add {Here}/24 dev va") && Ip($"-n {Name}b addr add {There}/24 dev vb")
            && Ip($"-n {Name}a link set lo up") && Ip($"-n {Name}b link set lo up") && Ip($"-n {Name}a link set va up") && Ip($"-n {Name}b link set vb up");
        var machines = new TwoMachines(folder);
        if (made)
        {
            return machines;
        }

        machines.Dispose();
        return null;
    }

    /// <summary>Pulls the cable.</summary>
    public static void Cut() => Assert.True(Ip($"-n {Name}b link set vb down"));

    /// <summary>The processes of a machine, by number: 0 is where mpirun runs.</summary>
    public static int Ranks(int machine)
    {
        using Process ids = Process.Start(new ProcessStartInfo("ip", ["netns", "pids", $"{Name}{"ab"[machine]}"]) { RedirectStandardOutput = true })!;
        return ids.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Count(id => File.Exists($"/proc/{id}/cmdline") && File.ReadAllText($"/proc/{id}/cmdline").StartsWith("dotnet", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Ip($"netns del {Name}a");
        Ip($"netns del {Name}b");
    }

    private static bool Ip(string command)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo("ip", command.Split(' ')) { RedirectStandardError = true })!;
            ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            return ip.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // No such program here.
            return false;
        }
    }
}

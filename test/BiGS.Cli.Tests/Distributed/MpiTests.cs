using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BiGS.Support;
using BiGS.Training;
using BiGS.Training.Distributed;

namespace BiGS.Cli.Tests.Distributed;

/// <summary>The command under mpirun: real processes, real messages, real ends.</summary>
public sealed class MpiTests : IDisposable
{
    private const int Steps = 100;
    private const double Limit = 1e-5;

    /// <summary>What a rank's end may cost the others, in seconds.</summary>
    private const int EndsWithin = 30;

    private static readonly int Kills = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 50 : 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string? Launcher = new[] { "mpirun", "mpiexec" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private readonly TemporaryFolder _temporary = new();

    public MpiTests()
    {
        string[] animals = ["cat", "dog", "owl", "fox", "hen"];
        _temporary.File("text.txt", string.Join("\n\n", Enumerable.Range(0, 60).Select(i => $"The {animals[i % 5]} number {i} sits on the mat and looks at the old house by the river.")));
        _temporary.File("config.json", """{"model_type": "BiGS", "hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 2, "num_ssm": 4, "hidden_dropout_prob": 0}""");
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void TwoAndFourRanksLearnWhatOneProcessLearns()
    {
        NeedsMpi();
        Ended(Start(1, "one"));
        foreach ((int ranks, string name, string[] more) in ((int, string, string[])[])[(2, "two", []), (2, "shards", ["--shard-optimizer"]), (4, "four", ["--shard-optimizer"])])
        {
            string said = Ended(Start(ranks, name, more));
            Assert.Contains($"{ranks} ranks on 1 machine", said, StringComparison.Ordinal);
            Match shares = Regex.Match(said, @"waiting for each other ([\d.]+) % of the time, messages on their way ([\d.]+) %");
            Assert.True(shares.Success, said);
            Assert.All(shares.Groups.Values.Skip(1), share => Assert.InRange(double.Parse(share.Value, CultureInfo.InvariantCulture), 0, 100));
            (double Step, double Loss)[] expected = Losses("one");
            (double Step, double Loss)[] found = Losses(name);
            Assert.Equal(expected.Length, found.Length);
            Assert.All(expected.Zip(found), pair => Assert.Equal((pair.First.Step, pair.First.Loss), (pair.Second.Step, pair.Second.Loss), Close));
        }
    }

    /// <summary>mpirun passes the signal on, and ends with a code of its own; what matters is that it is not 0.</summary>
    [Fact]
    public void WhenTheyAreAskedToEndAllRanksSaveAndSaySo()
    {
        NeedsMpi();
        (Process process, Func<string> said) = Start(2, "asked", ["--steps", "100000"]);
        using (process)
        {
            Assert.True(SpinWait.SpinUntil(() => Directory.Exists(Path.Combine(Folder("asked"), "last")), Patience), "no checkpoint came");
            using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                kill.WaitForExit();
            }

            Assert.True(process.WaitForExit(Patience), "it does not end");
            Assert.NotEqual(0, process.ExitCode);
        }

        Assert.Contains("saved. Go on with: bigs pretrain --resume --out", said(), StringComparison.Ordinal);
        Assert.DoesNotContain("is gone", said(), StringComparison.Ordinal);
    }

    [Fact]
    public void RanksOnTwoMachinesLearnTheSame()
    {
        NeedsMpi();
        using TwoMachines machines = Machines();
        Ended(Start(1, "one"));
        Assert.Contains("2 ranks on 2 machines", Ended(Start(2, "two", launcher: machines.Launcher)), StringComparison.Ordinal);
        Assert.All(Losses("one").Zip(Losses("two")), pair => Assert.Equal((pair.First.Step, pair.First.Loss), (pair.Second.Step, pair.Second.Loss), Close));
    }

    /// <summary>Nothing closes a connection when a cable is pulled; silence does, in time.</summary>
    [Fact]
    public void WhenTheCableIsPulledTheRanksEnd()
    {
        NeedsMpi();
        using TwoMachines machines = Machines();
        (Process process, Func<string> said) = Start(2, "cut", ["--steps", "100000"], launcher: machines.Launcher);
        using (process)
        {
            Assert.True(SpinWait.SpinUntil(() => Directory.Exists(Path.Combine(Folder("cut"), "last")), Patience), "no checkpoint came");
            TwoMachines.Cut();
            Assert.True(
                SpinWait.SpinUntil(() => TwoMachines.Ranks(0) == 0 && TwoMachines.Ranks(1) == 0, TimeSpan.FromSeconds(EndsWithin)), $"ranks still ran {EndsWithin} s after the cable was pulled");
            process.Kill(entireProcessTree: true); // mpirun itself would wait for the other machine's for long
            process.WaitForExit();
        }

        Assert.Contains("error: rank 1 is gone (killed, crashed, or its machine cannot be reached)", said(), StringComparison.Ordinal);
    }

    /// <summary>SIGKILL for one rank at a random moment: all end soon and say which it was, and the run goes on to the same bits.</summary>
    [Fact]
    public void WhenARankIsKilledAllEndAndTheRunGoesOnExactly()
    {
        NeedsMpi();
        long start = Stopwatch.GetTimestamp();
        Ended(Start(2, "whole"));
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        var random = new Random(8);
        int kills = 0;
        for (int run = 0; kills < Kills; run++)
        {
            Assert.True(run < 20 * Kills, "the runs end before they are hit");
            string name = $"killed-{run}";
            int victim = random.Next(2);
            (Process process, Func<string> said) = Start(2, name);
            using (process)
            {
                if (process.WaitForExit(took * (0.3 + (0.6 * random.NextDouble()))) || Ranks(process) is not { Count: 2 } ranks)
                {
                    process.Kill(entireProcessTree: true);
                    continue;
                }

                Process.GetProcessById(ranks[victim]).Kill();
                start = Stopwatch.GetTimestamp();
                Assert.True(process.WaitForExit(TimeSpan.FromSeconds(EndsWithin)), $"ranks still ran {EndsWithin} s after one of them was killed: {said()}");
                Assert.NotEqual(0, process.ExitCode);
            }

            Assert.True(
                said().Contains("is gone (killed, crashed, or its machine cannot be reached)", StringComparison.Ordinal)
                || said().Contains("Killed", StringComparison.Ordinal),
                $"nobody said that rank {victim} was killed after {Done(name)} rows of the log: {said()}");
            kills++;
            Ended(Start(2, name, File.Exists(Path.Combine(Folder(name), PretrainingOptions.FileName)) ? ["--resume"] : []));
            Assert.Equal(TinyRun.Log(Folder("whole")), TinyRun.Log(Folder(name)));
            Assert.Equal(File.ReadAllBytes(Path.Combine(Folder("whole"), "last", "model.safetensors")), File.ReadAllBytes(Path.Combine(Folder(name), "last", "model.safetensors")));
            Directory.Delete(Folder(name), recursive: true);
        }
    }

    /// <summary>MPI puts handlers of its own on signals; those that .NET makes exceptions of must stay .NET's.</summary>
    [Fact]
    public void AMistakeOnARankIsAnErrorAndNoCrash()
    {
        NeedsMpi();
        (Process process, Func<string> said) = Start(8, "wrong");
        using (process)
        {
            Assert.True(process.WaitForExit(Patience));
            Assert.NotEqual(0, process.ExitCode);
        }

        Assert.Contains("8 ranks are to share batches of 6 rows", said(), StringComparison.Ordinal);
        Assert.DoesNotContain("Segmentation", said(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutMpiItSaysWhatToInstall()
    {
        (Process process, Func<string> said) = Start(0, "none", ["--distributed", "mpi"], ("BIGS_MPI", "/nowhere/libmpi.so"));
        using (process)
        {
            Assert.True(process.WaitForExit(Patience));
            Assert.Equal(1, process.ExitCode);
        }

        Assert.Contains("error: there is no MPI on this machine (looked for /nowhere/libmpi.so); install one (Debian and Ubuntu: apt install openmpi-bin", said(), StringComparison.Ordinal);
    }

    private static void NeedsMpi() => Assert.SkipUnless(
        Launcher is not null && MpiCommunicator.IsAvailable(out _), "there is no mpirun here; apt install openmpi-bin brings it");

    private TwoMachines Machines()
    {
        TwoMachines? machines = IsOpenMpi ? TwoMachines.TryMake(_temporary.Path) : null;
        Assert.SkipUnless(machines is not null, "network namespaces are for root with the program ip (apt install iproute2), and not in every container");
        return machines!;
    }

    private static bool Close((double Step, double Loss) one, (double Step, double Loss) other) =>
        one.Step.Equals(other.Step) && Math.Abs(one.Loss - other.Loss) <= Limit;

    /// <summary>The processes that a launcher has started.</summary>
    private static List<int>? Ranks(Process launcher) =>
        File.Exists($"/proc/{launcher.Id}/task/{launcher.Id}/children")
            ? [.. File.ReadAllText($"/proc/{launcher.Id}/task/{launcher.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))]
            : null;

    private string Ended((Process Process, Func<string> Said) started)
    {
        using Process process = started.Process;
        Assert.True(process.WaitForExit(Patience), started.Said());
        Assert.True(process.ExitCode == 0, started.Said());
        return started.Said();
    }

    /// <param name="ranks">0 for a process without a launcher.</param>
    /// <param name="name">Of the run's folder.</param>
    /// <param name="more">Options beside those of every run; “--resume” in place of them.</param>
    /// <param name="variable">Of the environment.</param>
    /// <param name="launcher">What starts the ranks, where it is not this machine's mpirun.</param>
    private (Process Process, Func<string> Said) Start(
        int ranks, string name, string[]? more = null, (string Name, string Value)? variable = null, string[]? launcher = null)
    {
        string[] run = more is ["--resume"]
            ? ["pretrain", "--resume", "--out", Folder(name)]
            :
            [
                "pretrain", "--overwrite", "--out", Folder(name), "--corpus", Path.Combine(_temporary.Path, "text.txt"), "--config", Path.Combine(_temporary.Path, "config.json"),
                "--vocab-size", "120", "--max-length", "16", "--batch-size", "6", "--precision", "fp32",
                "--log-every", "1", "--eval-every", "30", "--save-every", "3", .. more?.Contains("--steps") == true ? [] : (string[])["--steps", $"{Steps}"], .. more ?? [],
            ];
        string[] program = ["dotnet", Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), .. run];
        string[] command = ranks == 0 ? program : [.. launcher ?? [Launcher!, .. IsOpenMpi ? ["--oversubscribe"] : Array.Empty<string>(), "-n", $"{ranks}"], .. program];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach ((string key, string value) in ((string, string)[])
            [
                ("BIGS_CACHE", Path.Combine(_temporary.Path, "cache")), ("OMP_NUM_THREADS", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), ("TMPDIR", _temporary.Path), .. variable is { } one ? [one] : Array.Empty<(string, string)>(),
            ])
        {
            start.Environment[key] = value;
        }

        Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (process, () => errors.Result + output.Result);
    }

    private static bool IsOpenMpi => File.ResolveLinkTarget(Launcher!, returnFinalTarget: true)?.Name is { } name && !name.Contains("mpich", StringComparison.Ordinal) && !name.Contains("hydra", StringComparison.Ordinal);

    private (double Step, double Loss)[] Losses(string name) =>
    [
        .. TinyRun.Log(Folder(name)).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => (row.GetProperty("step").GetDouble(), row.TryGetProperty("loss", out JsonElement loss) ? loss.GetDouble() : row.GetProperty("eval_loss").GetDouble())),
    ];

    private int Done(string name) => File.Exists(Path.Combine(Folder(name), RunLog.FileName)) ? TinyRun.Log(Folder(name)).Length : 0;

    private string Folder(string name) => Path.Combine(_temporary.Path, name);
}

using System.Diagnostics;
using System.Globalization;
using BiGS.Support;
using BiGS.Training;

namespace BiGS.Cli.Tests.Distributed;

/// <summary>The command as torchrun starts it, with torchrun's variables and without torchrun: processes meet, and say what they lack where there is no GPU.</summary>
public sealed class TorchrunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void OnProcessorsItPointsToMpi()
    {
        int port = FreePort.Find();
        (int Code, string Said)[] ended = [.. new[] { 1, 0 }.Select(rank => Start(["--device", "cpu"],
            ("RANK", $"{rank}"), ("WORLD_SIZE", "2"), ("LOCAL_RANK", $"{rank}"), ("MASTER_ADDR", "localhost"), ("MASTER_PORT", port.ToString(CultureInfo.InvariantCulture)))).ToArray().Select(Ended)];
        Assert.All(ended, process => Assert.Equal((1, true), (process.Code, process.Said.Contains(
            "rank 0 cannot speak by NCCL: NCCL reaches GPUs only, and the run computes on the processor (--device cpu). Without NCCL, start the processes by MPI: mpirun -n 2 bigs …",
            StringComparison.Ordinal))));
        Assert.DoesNotContain("is gone", ended[0].Said + ended[1].Said, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAPlaceToMeetItSaysWhatIsMissing()
    {
        (int code, string said) = Ended(Start([], ("RANK", "1"), ("WORLD_SIZE", "2"), ("LOCAL_RANK", "1"), ("MASTER_ADDR", ""), ("MASTER_PORT", "")));
        Assert.Equal(1, code);
        Assert.Contains("error: rank 1: RANK and WORLD_SIZE say that several processes were started, but MASTER_ADDR is “”", said, StringComparison.Ordinal);
    }

    [Fact]
    public void NcclThatIsAskedForIsNotPassedOver()
    {
        (int code, string said) = Ended(Start(["--distributed", "nccl", "--device", "cpu"]));
        Assert.Equal(1, code);
        Assert.Contains("error: rank 0 cannot speak by NCCL: NCCL reaches GPUs only", said, StringComparison.Ordinal);
    }

    private static (int Code, string Said) Ended((Process Process, Task<string> Errors) started)
    {
        using Process process = started.Process;
        Assert.True(process.WaitForExit(Patience));
        return (process.ExitCode, started.Errors.Result);
    }

    private (Process Process, Task<string> Errors) Start(string[] options, params (string Name, string Value)[] variables)
    {
        string[] command = [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), "pretrain", "--out", Path.Combine(_temporary.Path, "run"), .. options];
        var start = new ProcessStartInfo("dotnet", command) { RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        return (process, process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}

using System.Diagnostics;
using System.Globalization;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>The command as a process of its own: streams that are closed, places that take nothing, signals.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int SigInt = 130;
    private const int SigTerm = 143;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    /// <summary>One line or silence, and never an abort. $bigs is the command.</summary>
    [Theory]
    [InlineData("$bigs serve --port abc", 2, "--port is \"abc\"")]
    [InlineData("$bigs serve --port 99999", 2, "--port is 99999")]
    [InlineData("$bigs doctor --jsn 2>&-", 2, "")]
    [InlineData("$bigs doctor --jsn 2>/dev/full", 2, "")]
    [InlineData("$bigs --help >&-", 1, "standard output")]
    [InlineData("$bigs --version >&- <&- 2>&-", 1, "")]
    [InlineData("$bigs --version >/dev/full", 1, "standard output")]
    [InlineData("$bigs tokenizer encode --vocab vocab.txt <&-", 1, "standard input is closed")]
    [InlineData("HOME=/proc TMPDIR=/proc BIGS_CACHE=/proc/x LANG=xx TERM=dumb COLUMNS=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 $bigs doctor --jsn", 2, "--jsn")]
    public async Task WhateverItIsStartedWithItEndsInOrder(string line, int code, string says)
    {
        _temporary.File("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
        using Process process = Start(line);
        Assert.True(process.WaitForExit(Patience), "it waits for ever");
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal((code, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.True(errors.Count(letter => letter == '\n') == (says.Length > 0 ? 1 : 0), errors);
        Assert.StartsWith(says.Length > 0 ? "error: " : "", errors);
    }

    /// <summary>So that "pretrain &amp;&amp; finetune" stops there.</summary>
    [Theory]
    [InlineData("TERM", SigTerm)]
    [InlineData("INT", SigInt)]
    public async Task AnInterruptedRunSaysSoByItsExitCode(string signal, int code)
    {
        using Process process = Pretraining();
        Send(signal, process);
        Assert.True(process.WaitForExit(Patience), "it does not end");
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("saved. Go on with: bigs pretrain --resume --out run", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(In("run/last/trainer_state.json")));
    }

    /// <summary>A product of large matrices is not interrupted half-way.</summary>
    [Fact]
    public void ASecondSignalEndsAtOnce()
    {
        using Process process = Start("$bigs bench matmul --sizes 8192 --repeats 100 --precision fp32 --device cpu");
        try
        {
            Assert.True(SpinWait.SpinUntil(() => process.HasExited || process.TotalProcessorTime > TimeSpan.FromSeconds(3), Patience));
            Send("TERM", process);
            Assert.False(process.WaitForExit(TimeSpan.FromSeconds(0.5)), "it has ended at the first");
            Send("TERM", process);
            Assert.True(process.WaitForExit(Patience / 10), "it does not end");
            Assert.Equal(SigTerm, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public void AServerThatIsStoppedEndsWell()
    {
        using Process process = Start("$bigs serve --port 0");
        try
        {
            Assert.Contains("serving", Line(process), StringComparison.Ordinal);
            Send("TERM", process);
            Assert.True(process.WaitForExit(Patience), "it does not end");
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>A run that has saved at least once, and has long to go.</summary>
    private Process Pretraining()
    {
        _temporary.File("text.txt", string.Join("\n\n", Enumerable.Range(0, 40).Select(i => $"The owl number {i} sits on the mat and looks at the old house by the river.")));
        _temporary.File("config.json", """{"model_type": "BiGS", "hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 2, "num_ssm": 4}""");
        Process process = Start(
            "$bigs pretrain --out run --corpus text.txt --config config.json --vocab-size 120 --max-length 16 --batch-size 4 --steps 1000000 --eval-every 1000000 --save-every 3");
        Assert.True(SpinWait.SpinUntil(() => Directory.Exists(In("run/last")) || process.HasExited, Patience), "no checkpoint came");
        return process;
    }

    private Process Start(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = _temporary.Path,
        };
        start.Environment["bigs"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll")}";
        start.Environment["BIGS_CACHE"] = In("cache");
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    private string In(string name) => Path.Combine(_temporary.Path, name);

    private static string Line(Process process) => process.StandardError.ReadLine() ?? "";

    private static void Send(string signal, Process process)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}

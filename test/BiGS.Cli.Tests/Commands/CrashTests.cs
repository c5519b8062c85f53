using System.Diagnostics;
using System.Globalization;
using BiGS.Support;
using BiGS.Training;

namespace BiGS.Cli.Tests.Commands;

/// <summary>The command as a process of its own that ends at any moment: what it wrote goes on to the same losses, bit for bit.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Steps = 240;
    private const string Disk = "disk";

    private static readonly int Endings = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 200 : 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder _temporary = new();
    private string? _mounted;

    public CrashTests()
    {
        string[] animals = ["cat", "dog", "owl", "fox", "hen"];
        _temporary.File("text.txt", string.Join("\n\n", Enumerable.Range(0, 60).Select(i => $"The {animals[i % 5]} number {i} sits on the mat and looks at the old house by the river.")));
        _temporary.File("config.json", """{"model_type": "BiGS", "hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 2, "num_ssm": 4, "hidden_dropout_prob": 0.1}""");
    }

    public void Dispose()
    {
        if (_mounted is not null)
        {
            Command("umount", _mounted);
        }

        _temporary.Dispose();
    }

    /// <summary>SIGKILL: nothing is told, nothing is saved.</summary>
    [Fact]
    public void KilledAtAnyMomentItGoesOnExactly() => EndsAndGoesOnExactly(_temporary.Path, process => process.Kill());

    /// <summary>SIGTERM: what a scheduler sends. The run saves where it stands.</summary>
    [Fact]
    public void AskedToEndAtAnyMomentItGoesOnExactly() =>
        EndsAndGoesOnExactly(_temporary.Path, process => Command("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A disk that another program fills at any moment, and that has room again when the run goes on.</summary>
    [Fact]
    public void WhenTheDiskFillsUpItGoesOnExactly()
    {
        string disk = Directory.CreateDirectory(Path.Combine(_temporary.Path, Disk)).FullName;
        Assert.SkipUnless(Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk), "mounting a small file system is for root alone, and not in every container");
        _mounted = disk;
        string filler = Path.Combine(disk, "filler");
        EndsAndGoesOnExactly(disk, process =>
        {
            Fill(filler);
            Assert.True(process.WaitForExit(Patience), "it did not notice that the disk is full");
        }, errors => Assert.Contains("No space left", errors, StringComparison.Ordinal), () => File.Delete(filler));
    }

    /// <summary>Ends runs at random moments until enough have ended, and compares each with a run that nothing disturbed.</summary>
    private void EndsAndGoesOnExactly(string place, Action<Process> end, Action<string>? saidWhy = null, Action? afterwards = null)
    {
        string whole = Path.Combine(place, "whole");
        long start = Stopwatch.GetTimestamp();
        Assert.True(RunFor(whole, Patience, process => process.Kill()), "the uninterrupted run did not end");
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        var random = new Random(20);
        int endings = 0;
        for (int run = 0; endings < Endings; run++)
        {
            string ended = Path.Combine(place, $"ended-{run}");
            int before = endings;
            start = Stopwatch.GetTimestamp();
            while (!RunFor(ended, endings < Endings ? took * (0.2 + (0.8 * random.NextDouble())) : Patience, end, saidWhy))
            {
                afterwards?.Invoke();
                endings++;
            }

            // A machine that has grown quieter ends its runs before they are hit: the shortest of them says how long one takes.
            took = endings == before && Stopwatch.GetElapsedTime(start) < took ? Stopwatch.GetElapsedTime(start) : took;
            afterwards?.Invoke();
            Assert.Equal(TinyRun.Log(whole), TinyRun.Log(ended));
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(ended, "model.safetensors")));
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "last", "model.safetensors")), File.ReadAllBytes(Path.Combine(ended, "last", "model.safetensors")));
            Directory.Delete(ended, recursive: true);
        }
    }

    /// <summary>Starts or goes on with a run, and ends it after a while.</summary>
    /// <returns>Whether it came to its own end.</returns>
    private bool RunFor(string folder, TimeSpan time, Action<Process> end, Action<string>? saidWhy = null)
    {
        bool begun = File.Exists(Path.Combine(folder, PretrainingOptions.FileName));
        string[] arguments = begun
            ? ["pretrain", "--resume", "--out", folder]
            :
            [
                "pretrain", "--overwrite", "--out", folder, "--corpus", Path.Combine(_temporary.Path, "text.txt"), "--config", Path.Combine(_temporary.Path, "config.json"),
                "--vocab-size", "120", "--max-length", "16", "--batch-size", "4", "--steps", $"{Steps}", "--log-every", "7", "--eval-every", "30", "--save-every", "3",
            ];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["BIGS_CACHE"] = Path.Combine(_temporary.Path, "cache");
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (process.WaitForExit(time))
        {
            Assert.True(process.ExitCode == 0, errors.Result);
            return true;
        }

        end(process);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            saidWhy?.Invoke(errors.Result);
        }

        return false;
    }

    private static void Fill(string path)
    {
        using FileStream file = File.Create(path, bufferSize: 1);
        try
        {
            while (true)
            {
                file.Write(new byte[1024]);
            }
        }
        catch (IOException)
        {
            // Full: what was wanted.
        }
    }

    private static bool Command(string name, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

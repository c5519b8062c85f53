using System.Diagnostics;
using BiGS.Tests.Corpora;
using BiGS.Tests.Training;
using BiGS.Training;

namespace BiGS.Tests.Cli;

/// <summary>The command as a process of its own that is killed at any moment: what it wrote goes on to the same losses, bit for bit.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Steps = 240;

    private static readonly int Kills = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 200 : 3;

    private readonly TemporaryFolder _temporary = new();

    public CrashTests()
    {
        string[] animals = ["cat", "dog", "owl", "fox", "hen"];
        _temporary.File("text.txt", string.Join("\n\n", Enumerable.Range(0, 60).Select(i => $"The {animals[i % 5]} number {i} sits on the mat and looks at the old house by the river.")));
        _temporary.File("config.json", """{"model_type": "BiGS", "hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 2, "num_ssm": 4, "hidden_dropout_prob": 0.1}""");
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void KilledAtAnyMomentItGoesOnExactly()
    {
        string whole = Path.Combine(_temporary.Path, "whole");
        long start = Stopwatch.GetTimestamp();
        Assert.True(RunFor(whole, TimeSpan.FromMinutes(2)), "the uninterrupted run did not end");
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        var random = new Random(20);
        int kills = 0;
        for (int run = 0; kills < Kills; run++)
        {
            string killed = Path.Combine(_temporary.Path, $"killed-{run}");
            while (!RunFor(killed, kills < Kills ? took * (0.2 + (0.8 * random.NextDouble())) : TimeSpan.FromMinutes(2)))
            {
                kills++;
            }

            Assert.Equal(TinyRun.Log(whole), TinyRun.Log(killed));
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(killed, "model.safetensors")));
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "last", "model.safetensors")), File.ReadAllBytes(Path.Combine(killed, "last", "model.safetensors")));
            Directory.Delete(killed, recursive: true);
        }
    }

    /// <summary>Starts or goes on with a run, and kills it after a while.</summary>
    /// <returns>Whether it came to its end before.</returns>
    private bool RunFor(string folder, TimeSpan time)
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
        if (!process.WaitForExit(time))
        {
            process.Kill(); // SIGKILL: nothing is told, nothing is saved
            process.WaitForExit();
            return false;
        }

        Assert.True(process.ExitCode == 0, errors.Result);
        return true;
    }
}

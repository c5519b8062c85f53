using System.Diagnostics;
using BiGS.Support;
using BiGS.Training.Data;

namespace BiGS.Cli.Tests.Commands;

/// <summary>bigs corpus prepare, and bigs pretrain on what it makes.</summary>
public sealed class CorpusCommandTests : IDisposable
{
    private static readonly int Endings = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 100 : 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _temporary = new();

    public CorpusCommandTests()
    {
        for (int file = 0; file < 12; file++)
        {
            _temporary.File($"in/{file:D2}.txt", string.Join("\n\n", Enumerable.Range(0, 3_000).Select(d =>
                $"The {(d % 2 == 0 ? "cat" : "dog")} number {(d % 10 == 3 ? 3 : (file * 3_000) + d)} sits on the mat and looks at the old house by the river.")));
        }
    }

    private string In => Path.Combine(_temporary.Path, "in");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void PreparesAndSaysWhatItMade()
    {
        Outcome outcome = Bigs.Run("corpus", "prepare", In, "--vocab-size", "150", "--out", Out("a"), "--json").Succeeded();
        var told = Assert.Single(outcome.Objects);
        Assert.Equal((12, 12), (told.GetProperty("files").GetInt32(), told.GetProperty("files_read").GetInt32()));
        Assert.Equal(36_000, told.GetProperty("documents").GetInt64() + told.GetProperty("duplicates").GetInt64());
        Assert.InRange(told.GetProperty("duplicates").GetInt64(), 3_000, 4_000);
        Assert.True(told.GetProperty("finished").GetBoolean());
        Outcome kept = Bigs.Run("corpus", "prepare", In, "--keep-duplicates", "--tokenizer", Out("a"), "--out", Out("b"), "--workers", "2").Succeeded();
        Assert.Contains("36,000 documents of 12 files, 0 repeated documents left out", kept.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out is missing", "corpus", "prepare", "IN")]
    [InlineData("no corpus path was given", "corpus", "prepare", "--out", "OUT")]
    [InlineData("does not exist", "corpus", "prepare", "IN/none.txt", "--out", "OUT")]
    [InlineData("expected K/N", "corpus", "prepare", "IN", "--out", "OUT", "--part", "5/4")]
    [InlineData("--vocab-size does not go with it", "corpus", "prepare", "IN", "--out", "OUT", "--vocab-size", "150", "--tokenizer", "x")]
    [InlineData("--overwrite would take away", "corpus", "prepare", "IN", "--out", "OUT", "--part", "1/4", "--overwrite")]
    [InlineData("nothing to replace", "corpus", "prepare", "IN", "--out", "IN", "--overwrite")]
    [InlineData("expected positive numbers", "pretrain", "--corpus", "IN", "--weights", "0.5,-1")]
    public void SaysWhatIsWrong(string says, params string[] line)
    {
        Outcome outcome = Bigs.Run([.. line.Select(word => word.Replace("IN", In, StringComparison.Ordinal).Replace("OUT", Out("x"), StringComparison.Ordinal))]);
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void BadFilesAreNamedInOneRunAndLeftOutWhenAsked()
    {
        string folder = Path.GetDirectoryName(_temporary.File("some/a.txt", "the cat sits on the mat\n\nthe dog sits by the river"))!;
        _temporary.File("some/b.txt", [0xff]);
        _temporary.File("some/c.jsonl", "{\"body\": 1}\n");
        string[] prepare = ["corpus", "prepare", folder, "--vocab-size", "60", "--out", Out("some")];
        string[] train = ["tokenizer", "train", "--corpus", folder, "--size", "60", "--out", Out("tokenizer")];
        Bigs.Run(prepare).FailedWith(1, "2 of 3 files cannot be read", "b.txt", "c.jsonl", "--skip-bad");
        Bigs.Run(train).FailedWith(1, "2 of 3 files cannot be read", "b.txt", "c.jsonl", "--skip-bad");
        foreach (Outcome outcome in (Outcome[])[Bigs.Run([.. prepare, "--skip-bad"]), Bigs.Run([.. train, "--skip-bad"])])
        {
            Assert.Equal(2, outcome.Succeeded().Errors.Split("warning: left out: ").Length - 1);
        }

        using TokenShards shards = PreparedCorpus.Open(Out("some"));
        Assert.Equal(2, shards.Count);
        File.Delete(Path.Combine(folder, "a.txt"));
        Outcome none = Bigs.Run([.. train, "--overwrite", "--skip-bad"]);
        Assert.Equal(1, none.Code);
        Assert.Contains("none of its 2 files can be read", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherEncodingsAreNamed()
    {
        string text = _temporary.File("latin.txt", System.Text.Encoding.Latin1.GetBytes("le café au bord de la rivière\n\nun autre café"));
        string[] prepare = ["corpus", "prepare", text, "--vocab-size", "60", "--out", Out("latin")];
        Bigs.Run(prepare).FailedWith(1, "looks like Latin-1; give --encoding latin1");
        Bigs.Run([.. prepare, "--encoding", "latin-9000"]).FailedWith(2, "no encoding \"latin-9000\"", "windows-1252");
        Bigs.Run([.. prepare, "--encoding", "latin1"]).Succeeded();
        Bigs.Run("tokenizer", "train", "--corpus", text, "--cased", "--size", "60", "--encoding", "latin1", "--out", Out("words")).Succeeded();
        Assert.Contains("café", File.ReadAllText(Path.Combine(Out("words"), "vocab.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void OverwriteBeginsAnewAndTakesNothingElse()
    {
        Bigs.Run("corpus", "prepare", In, "--vocab-size", "150", "--out", Out("a")).Succeeded();
        File.WriteAllText(Path.Combine(Out("a"), "notes.txt"), "mine");
        Bigs.Run("corpus", "prepare", In, "--vocab-size", "160", "--out", Out("a")).FailedWith(1, "learned vocabulary of 150, and now it is a learned vocabulary of 160");
        Bigs.Run("corpus", "prepare", Path.Combine(In, "00.txt"), "--vocab-size", "160", "--out", Out("a"), "--overwrite").FailedWith(1, "not empty");
        Assert.True(File.Exists(Path.Combine(Out("a"), "notes.txt")));
    }

    /// <summary>kill -9, again and again, of several processes that work on one folder.</summary>
    [Fact]
    public void KilledAtAnyMomentItGoesOnExactly()
    {
        string[] command = ["corpus", "prepare", In, "--vocab-size", "150", "--workers", "2"];
        string whole = Out("whole");
        long start = Stopwatch.GetTimestamp();
        Assert.True(RunFor(Patience, [.. command, "--out", whole]), "the uninterrupted command did not end");
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        var random = new Random(3);
        int endings = 0;
        for (int run = 0; endings < Endings; run++)
        {
            string folder = Out($"killed-{run}");
            while (!RunFor(endings < Endings ? took * (0.3 + (0.7 * random.NextDouble())) : Patience, [.. command, "--out", folder]))
            {
                endings++;
            }

            Assert.Equal(Files(whole), Files(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void PretrainReadsPreparedFoldersWithWeights()
    {
        Bigs.Run("corpus", "prepare", Path.Combine(In, "00.txt"), "--vocab-size", "150", "--out", Out("a")).Succeeded();
        Bigs.Run("corpus", "prepare", Path.Combine(In, "01.txt"), "--tokenizer", Out("a"), "--out", Out("b")).Succeeded();
        string config = _temporary.File("config.json", """{"model_type": "BiGS", "hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 1, "num_ssm": 4}""");
        Outcome outcome = Bigs.Run(
            "pretrain", "--corpus", $"{Out("a")},{Out("b")}", "--weights", "0.75,0.25", "--config", config, "--max-length", "16", "--batch-size", "8", "--steps", "3", "--out", Out("run"), "--device", "cpu").Succeeded();
        Assert.Contains("a (75%), b (25%)", outcome.Errors, StringComparison.Ordinal);
    }

    private string Out(string name) => Path.Combine(_temporary.Path, "out", name);

    private static SortedDictionary<string, string> Files(string folder) => new(Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))), StringComparer.Ordinal);

    /// <returns>Whether it came to its own end.</returns>
    private static bool RunFor(TimeSpan time, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (process.WaitForExit(time))
        {
            Assert.True(process.ExitCode == 0, errors.Result);
            return true;
        }

        process.Kill();
        process.WaitForExit();
        return false;
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using BiGS.Search;
using BiGS.Support;
using BiGS.Tokenizers;
using Microsoft.Data.Sqlite;

namespace BiGS.Cli.Tests.Search;

/// <summary>The indexer as a process of its own that is killed at any moment: the index holds whole documents, and the next update goes on.</summary>
public sealed class IndexCrashTests : IDisposable
{
    private const int Files = 120;

    private static readonly int Kills = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 100 : 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _temporary = new();
    private readonly SmallModel _model = new();
    private readonly Random _random = new(11);

    /// <summary>The passages of every text that a file has ever had, by its hash.</summary>
    private readonly Dictionary<string, string[]> _passages = [];

    private string Documents => Path.Combine(_temporary.Path, "documents");

    private string Index => Path.Combine(Documents, SearchIndex.FileName);

    [Fact]
    public void KilledAtAnyMomentTheIndexHoldsWholeDocumentsAndGoesOn()
    {
        using SearchModel model = SearchModel.Open(_model.Folder, OnTorch.Fp32);
        PassageSplitter cutter = model.CreateSplitter(model.DefaultPassage.Tokens, model.DefaultPassage.Overlap);
        Change(cutter, Files);
        TimeSpan took = Run(null)!.Value;
        Check(Files);
        int killed = 0;
        for (int run = 0; killed < Kills; run++)
        {
            Assert.InRange(run, 0, 20 * Kills);
            Change(cutter, Files / 2);
            if (run % 10 == 9)
            {
                SqliteConnection.ClearAllPools();
                File.Delete(Index); // also while the file itself is made
            }

            killed += Run(took * _random.NextDouble()) is null ? 1 : 0;
            if (SearchIndex.ReadOptions(Documents) is not null)
            {
                Check(atLeast: 0);
            }
        }

        Run(null);
        Check(Files);
        Assert.Equal(
            Directory.GetFiles(Documents, "*.txt").Select(Hash).Order(), Rows("SELECT sha256 FROM documents").Select(row => (string)row[0]).Order());
    }

    public void Dispose()
    {
        _model.Dispose();
        _temporary.Dispose();
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private void Change(PassageSplitter cutter, int files)
    {
        string[] words = ["the", "farmer", "near", "trees", "sleeps", "sleep", "and", "nobody", "knows", "why", "."];
        for (int i = 0; i < files; i++)
        {
            string name = $"documents/{(files == Files ? i : _random.Next(Files))}.txt";
            string text = string.Join(' ', _random.GetItems(words, _random.Next(1, 200)));
            _passages[Hash(_temporary.File(name, text))] = [.. cutter.Split(text).Select(passage => passage.Text)];
        }
    }

    /// <summary>Updates the index, and kills the process some time after it has begun to change it.</summary>
    /// <returns>How long it changed the index; null where it was killed.</returns>
    private TimeSpan? Run(TimeSpan? killAfter)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), "index", Documents, "--model", _model.Folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["BIGS_CACHE"] = Path.Combine(_temporary.Path, "cache");
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => process.HasExited || Begun(), Patience), "the indexer did not begin");
        var since = Stopwatch.StartNew();
        if (process.WaitForExit(killAfter ?? Patience))
        {
            Assert.True(process.ExitCode == 0, errors.Result);
            return since.Elapsed;
        }

        process.Kill();
        process.WaitForExit();
        Assert.NotNull(killAfter);
        return null;
    }

    /// <summary>A lock that a killed process left is of another time.</summary>
    private bool Begun()
    {
        Thread.Sleep(5);
        return File.Exists($"{Index}-wal");
    }

    private void Check(int atLeast)
    {
        Assert.Equal("ok", Rows("PRAGMA integrity_check").Single()[0]);
        Rows("INSERT INTO passages_words (passages_words, rank) VALUES ('integrity-check', 1)");
        object[][] documents = Rows("SELECT id, sha256, first_passage, passages, (SELECT length(numbers) FROM vectors WHERE document = id) FROM documents");
        Assert.InRange(documents.Length, atLeast, Files);
        foreach (object[] document in documents)
        {
            string[] expected = _passages[(string)document[1]];
            Assert.Equal(expected, Rows($"SELECT text FROM passages WHERE document = {document[0]} ORDER BY id").Select(row => (string)row[0]));
            Assert.Equal(expected.Length, (long)document[3]);
            Assert.Equal(expected.Length * 16L * 2, (long)document[4]);
        }

        object[] counts = Rows("SELECT documents, passages, (SELECT count(*) FROM passages) FROM settings").Single();
        Assert.Equal(documents.LongLength, counts[0]);
        Assert.Equal(counts[1], counts[2]);
    }

    private object[][] Rows(string sql)
    {
        using SqliteConnection connection = IndexDatabase.OpenToWrite(Index, overwrite: false);
        using SqliteCommand command = connection.Command(sql);
        using SqliteDataReader row = command.ExecuteReader();
        var rows = new List<object[]>();
        while (row.Read())
        {
            object[] values = new object[row.FieldCount];
            row.GetValues(values);
            rows.Add(values);
        }

        return [.. rows];
    }
}

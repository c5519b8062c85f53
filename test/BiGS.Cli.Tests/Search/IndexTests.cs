using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BiGS.Cli.Tests.Commands;
using BiGS.Search;
using BiGS.Support;
using Microsoft.Data.Sqlite;

namespace BiGS.Cli.Tests.Search;

public sealed class IndexTests : IDisposable
{
    private readonly SmallModel _model = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("bigs-search-").FullName;

    [Fact]
    public void AQuestionFindsItsSentenceWhereItStands()
    {
        Write("a.txt", "the farmer near the trees sleeps .\r\n\r\nnobody knows why 😀 .\n");
        Write("below/b.md", "# trees and trees and trees\n\nthe trees sleep near the farmer .\n");
        Write("c.jsonl", "{\"text\": \"the farmer knows\"}\n\n{\"text\": \"the\\nfarmer and nobody 😀 near\"}\n");
        Write("not.png", "the farmer");
        Write(".hidden/d.txt", "the farmer");
        WriteCompressed("e.txt.gz", "trees and trees and trees");
        Run("index", _folder, "--model", _model.Folder, "--passage-tokens", "12", "--overlap", "0").Succeeded();
        AssertFound("nobody knows why 😀 .", "a.txt", line: 3, start: 36);
        AssertFound("the trees sleep near the farmer .", Path.Combine("below", "b.md"), line: 3, start: 29);
        AssertFound("the\nfarmer and nobody 😀 near", "c.jsonl", line: 3, start: 0, length: 28);
        AssertFound("trees and trees and trees", "e.txt.gz", line: 1, start: 0);
    }

    [Fact]
    public void OnlyWhatChangedIsEmbeddedAgain()
    {
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            Write($"{name}.txt", $"the farmer near {name} sleeps .\n\nnobody knows why {name} .\n");
        }

        AssertUpdate(Index(), files: 4, read: 4, removed: 0, embedded: 4);
        AssertUpdate(Index(), files: 4, read: 0, removed: 0, embedded: 0);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "a.txt"), DateTime.UtcNow.AddDays(1));
        AssertUpdate(Index(), files: 4, read: 0, removed: 0, embedded: 0);
        Write("b.txt", "the trees sleep .\n");
        File.Delete(Path.Combine(_folder, "c.txt"));
        Write("aa.txt", "the trees and the trees .\n");
        AssertUpdate(Index(), files: 4, read: 2, removed: 1, embedded: 2);
        AssertSameAsAnew();
        File.Move(Path.Combine(_folder, "d.txt"), Path.Combine(_folder, "0.txt"));
        AssertUpdate(Index(), files: 4, read: 1, removed: 1, embedded: 1);
        AssertSameAsAnew();
    }

    [Fact]
    public void AnIndexIsBroughtUpToDateAsItWasMade()
    {
        Write("a.jsonl", "{\"body\": \"the farmer sleeps .\"}\n");
        Run("index", _folder, "--model", _model.Folder, "--passage-tokens", "12", "--overlap", "1", "--text-field", "body").Succeeded();
        Write("b.jsonl", "{\"body\": \"nobody knows why .\"}\n");
        Assert.Contains("2 passages of 2 files; 1 files were new", Run("index", _folder).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsGoneIsNotFoundThoughNothingIsLeft()
    {
        Write("a.txt", "the farmer sleeps .\n");
        AssertUpdate(Index(), files: 1, read: 1, removed: 0, embedded: 1);
        File.Delete(Path.Combine(_folder, "a.txt"));
        AssertUpdate(Index(), files: 0, read: 0, removed: 1, embedded: 0);
        Assert.DoesNotContain("farmer", Run("search", _folder, "who").Succeeded().Output, StringComparison.Ordinal);
    }

    /// <summary>A number from 0 to 1 beside a passage looks like a probability; it is called what it is.</summary>
    [Fact]
    public void PassagesAreRankedAndTheirNumbersNamed()
    {
        Write("a.txt", "the farmer near the trees sleeps .");
        Write("b.txt", "nobody knows why .");
        Index();
        string[] lines = Run("search", _folder, "--vector", "nobody knows why .").Succeeded().Lines;
        Assert.Equal("nobody knows why .", lines[0]);
        Assert.StartsWith("  1.  b.txt, line 1, characters 0 to 18 (cosine 1.000)", lines[1]);
        Assert.Contains(lines, line => line.StartsWith("  2.  a.txt, line 1", StringComparison.Ordinal));
        Assert.Contains("no probability", string.Join(' ', Run("search", "--help").Succeeded().Lines));
        Assert.Equal(1, Run("search", _folder, "--json", "nobody knows why .").Succeeded().Objects[0].GetProperty("passages")[0].GetProperty("cosine").GetDouble(), 1e-3);
    }

    /// <summary>Hundreds of passages, embedded in several goes: every one stands beside its own vector, and finds itself.</summary>
    [Fact]
    public async Task EveryPassageFindsItself()
    {
        var random = new Random(5);
        string[] words = ["the", "farmer", "near", "trees", "sleeps", "sleep", "and", "nobody", "knows", "why", "."];
        Write("a.jsonl", string.Join('\n', Enumerable.Range(0, 700).Select(_ => JsonSerializer.Serialize(new { text = string.Join(' ', random.GetItems(words, random.Next(3, 12))) }))));
        Index();
        using SearchModel model = SearchModel.Open(_model.Folder, OnTorch.Fp32);
        using SearchIndex index = SearchIndex.Open(_folder, model);
        Assert.Equal(700, index.Passages);
        string[] lines = File.ReadAllLines(Path.Combine(_folder, "a.jsonl"));
        foreach (string text in lines.Where((_, i) => i % 23 == 0).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!))
        {
            SearchHit first = (await index.SearchAsync(text, new SearchOptions { Mode = SearchMode.Vector, Top = 1 }, TestContext.Current.CancellationToken)).Single();
            Assert.Equal(1, first.Score, 1e-3);
            Assert.Equal(text.Split(' ').Order(), first.Passage.Text.Split(' ').Order()); // random weights hardly hear order
        }
    }

    [Fact]
    public void AnotherModelIsRefused()
    {
        Write("a.txt", SmallModel.Text);
        using var other = new SmallModel(maskPadding: false);
        Index();
        Run("search", _folder, "--model", other.Folder, "who").FailedWith(1, "another model", "index again");
        Run("index", _folder, "--model", other.Folder).FailedWith(1, "another model", "--overwrite", "--out");
        Run("index", _folder, "--model", _model.Folder, "--passage-tokens", "16").FailedWith(1, "passages of 24 tokens", "--overwrite");
        Run("index", _folder, "--model", _model.Folder, "--text-field", "body").FailedWith(1, "the usual field", "\"body\"");
        Run("index", _folder, "--model", other.Folder, "--overwrite").Succeeded();
        Run("search", _folder, "who").Succeeded(); // the model that made it, without being named
        Run("search", _folder, "--model", _model.Folder, "who").FailedWith(1, "another model");
    }

    [Fact]
    public void AnIndexStandsWhereItIsPut()
    {
        Write("a.txt", SmallModel.Text);
        string place = Path.Combine(_folder, "index");
        Run("index", _folder, "--model", _model.Folder, "--out", place).Succeeded();
        Run("search", place, "the farmer").Succeeded();
        Run("search", _folder, "the farmer").FailedWith(1, "there is no index here", "bigs index");
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        Run("index", Path.Combine(_folder, "none"), "--model", _model.Folder).FailedWith(1, "no such folder");
        Run("index", _folder, "--model", _model.Folder).FailedWith(1, "holds no document", ".md");
        Write("a.jsonl", "{\"body\": \"the\"}\n");
        Run("index", _folder, "--model", _model.Folder, "--text-field", "text").FailedWith(1, "a.jsonl', line 1", "\"text\"", "--text-field");
        Run("index", _folder, "--model", _model.Folder, "--max-file-bytes", "10").FailedWith(1, "holds no document", "1 too large");
        Run("index", _folder, "--model", _model.Folder, "--passage-tokens", "25", "--text-field", "body").FailedWith(1, "at most 24");
        Run("index", _folder, "--model", _model.Folder, "--passage-tokens", "16", "--overlap", "8", "--text-field", "body").FailedWith(1, "0 to 7");
        Run("index", _folder, "--model", _model.Folder, "--text-field", "body").Succeeded();
        File.WriteAllText(Path.Combine(_folder, SearchIndex.FileName), "of something else, and longer than a header is".PadRight(200));
        Run("search", _folder, "who").FailedWith(1, SearchIndex.FileName, "--overwrite");
        Run("index", _folder, "--model", _model.Folder, "--text-field", "body", "--overwrite").Succeeded();
        Run("search", _folder, "who").Succeeded();
    }

    /// <summary>One bad file among many keeps none of the others from being found.</summary>
    [Fact]
    public void FilesThatCannotBeReadAreLeftOutAndNamed()
    {
        Write("a.txt", "nobody knows why .");
        File.WriteAllBytes(Path.Combine(_folder, "b.md"), [1, 0, 2]);
        File.WriteAllBytes(Path.Combine(_folder, "c.txt.gz"), TemporaryFolder.Gzip(Encoding.UTF8.GetBytes("the trees"))[..12]);
        Write("d.jsonl", "{\"text\": \"the farmer\"}\n{\"text\": \"the trees\n");
        Outcome outcome = Run("index", _folder, "--model", _model.Folder).Succeeded();
        Assert.Contains("1 passages of 1 files", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("left out: 2 unreadable, 1 binary", outcome.Output, StringComparison.Ordinal);
        Assert.All(["b.md' is not text", "c.txt.gz' is a broken gzip file", "d.jsonl', line 2"], part => Assert.Contains($"warning: left out: '{_folder}/{part}", outcome.Errors, StringComparison.Ordinal));
        Assert.Contains("a.txt", Run("search", _folder, "nobody knows why .").Succeeded().Output, StringComparison.Ordinal);

        // The same again embeds nothing and says the same; a file that is mended comes in, one that breaks goes.
        JsonElement again = Index();
        AssertUpdate(again, files: 1, read: 0, removed: 0, embedded: 0);
        Assert.Equal(["b.md", "c.txt.gz", "d.jsonl"], again.GetProperty("left_out").EnumerateArray().Select(file => file.GetProperty("file").GetString()));
        Write("b.md", "the caf\u00e9");
        AssertUpdate(Index(), files: 2, read: 1, removed: 0, embedded: 1);
        File.WriteAllBytes(Path.Combine(_folder, "a.txt"), [0]);
        AssertUpdate(Index(), files: 1, read: 0, removed: 1, embedded: 0);
        File.Delete(Path.Combine(_folder, "b.md"));
        Run("index", _folder, "--model", _model.Folder, "--out", Path.Combine(_folder, "new")).FailedWith(1, "none of 3 files can be read", "a.txt", "c.txt.gz", "d.jsonl");
    }

    /// <summary>An interruption before the first document leaves the index as it was.</summary>
    [Fact]
    public void AnInterruptedUpdateGoesOn()
    {
        Write("a.txt", SmallModel.Text);
        Index();
        string before = Run("search", _folder, "--json", "the farmer").Succeeded().Output;
        Write("b.txt", "trees");
        using (SearchModel model = SearchModel.Open(_model.Folder, OnTorch.Fp32))
        {
            using var stopped = new CancellationTokenSource();
            stopped.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => SearchIndex.UpdateAsync(_folder, model, cancellationToken: stopped.Token).GetAwaiter().GetResult());
        }

        Assert.Equal(before, Run("search", _folder, "--json", "the farmer").Succeeded().Output);
        AssertUpdate(Index(), files: 2, read: 1, removed: 0, embedded: 1);
        AssertSameAsAnew();
    }

    /// <summary>What a process leaves that is ended before its first document: a file with nothing in it, or a database without tables.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("PRAGMA journal_mode = WAL")]
    public void AnIndexThatWasOnlyBegunIsMade(string statement)
    {
        Write("a.txt", SmallModel.Text);
        string path = Path.Combine(_folder, SearchIndex.FileName);
        File.WriteAllBytes(path, []);
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            connection.Execute(statement);
        }

        Run("search", _folder, "the farmer").FailedWith(1, "there is no index here", "bigs index");
        AssertUpdate(Index(), files: 1, read: 1, removed: 0, embedded: 1);
    }

    [Fact]
    public void OneProcessAtATimeChangesAnIndex()
    {
        Write("a.txt", SmallModel.Text);
        Index();
        using (new FileStream(Path.Combine(_folder, SearchIndex.FileName + "-lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None))
        {
            Run("index", _folder, "--model", _model.Folder).FailedWith(1, "another process");
        }

        Index();
    }

    [Fact]
    public void PeopleSeePlaceAndBeginning()
    {
        Write("a.txt", SmallModel.Text);
        Index();
        string shown = Bigs.RunOn("who sleeps\nnobody\n", "search", _folder, "--top", "1").Succeeded().Output;
        Assert.All(["who sleeps", "nobody", "a.txt, line 1, characters 0 to", "the farmer near the trees sleeps . the trees"], part => Assert.Contains(part, shown));
        Assert.Equal(2, Bigs.RunOn("who sleeps\nnobody\n", "search", _folder, "--json").Succeeded().Objects.Length);
    }

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Outcome Run(params string[] args) => Bigs.Run(args);

    private static void AssertUpdate(JsonElement update, int files, int read, int removed, int embedded)
    {
        Assert.Equal(files, update.GetProperty("files").GetInt32());
        Assert.Equal(read, update.GetProperty("files_read").GetInt32());
        Assert.Equal(removed, update.GetProperty("files_removed").GetInt32());
        Assert.Equal(embedded, update.GetProperty("passages_embedded").GetInt32());
    }

    private JsonElement Index() => Run("index", _folder, "--model", _model.Folder, "--json").Succeeded().Objects.Single();

    /// <summary>The index holds what it would if it had been made in one go; and nothing else lies beside it.</summary>
    private void AssertSameAsAnew()
    {
        string anew = Path.Combine(Directory.CreateTempSubdirectory("bigs-anew-").FullName, "index.db");
        Run("index", _folder, "--model", _model.Folder, "--out", anew).Succeeded();
        Assert.Equal(Contents(anew), Contents(Path.Combine(_folder, SearchIndex.FileName)));
        Assert.Equal([SearchIndex.FileName], Directory.GetFiles(_folder, SearchIndex.FileName + "*").Select(Path.GetFileName));
        Directory.Delete(Path.GetDirectoryName(anew)!, recursive: true);
    }

    private static string[] Contents(string index)
    {
        using SqliteConnection connection = IndexDatabase.OpenToWrite(index, overwrite: false);
        connection.Execute("INSERT INTO passages_words (passages_words, rank) VALUES ('integrity-check', 1)");
        using SqliteCommand command = connection.Command(
            "SELECT d.path, d.sha256, d.passages, p.id - d.first_passage, p.line, p.first_character, p.end_character, p.text FROM documents d JOIN passages p ON p.document = d.id ORDER BY 1, 4");
        using SqliteDataReader row = command.ExecuteReader();
        var contents = new List<string>();
        while (row.Read())
        {
            contents.Add(string.Join('|', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)));
        }

        return [.. contents];
    }

    private void AssertFound(string question, string file, int line, int start, int? length = null)
    {
        JsonElement first = Run("search", _folder, "--json", "--vector", "--top", "2", question).Succeeded().Objects.Single().GetProperty("passages")[0];
        Assert.Equal(question, first.GetProperty("text").GetString());
        Assert.Equal(file, first.GetProperty("file").GetString());
        Assert.Equal(line, first.GetProperty("line").GetInt32());
        Assert.Equal(start, first.GetProperty("start").GetInt32());
        Assert.Equal(start + (length ?? question.EnumerateRunes().Count()), first.GetProperty("end").GetInt32());
        Assert.Equal(1, first.GetProperty("score").GetDouble(), 1e-3);
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void WriteCompressed(string name, string text)
    {
        using var file = new GZipStream(File.Create(Path.Combine(_folder, name)), CompressionLevel.Fastest);
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}

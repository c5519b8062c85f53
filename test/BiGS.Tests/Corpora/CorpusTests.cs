using System.Text;
using BiGS.Corpora;
using CsCheck;
using Parquet;
using Parquet.Schema;

namespace BiGS.Tests.Corpora;

public sealed class CorpusTests : IDisposable
{
    private static readonly string[] Lines = ["", "", "a", "b c", "é€𝄞", "a longer line than the buffer", "\t", "\r"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TextIsPartedByBlankLines()
    {
        string path = _folder.File("a.txt", "\uFEFF\r\nTitle\r\nfirst line\r\n \r\n\r\n\r\nsecond ü\n");
        Assert.Equal(["Title\nfirst line", "second ü"], Corpus.ReadDocuments([path]));
    }

    [Fact]
    public void GzipIsReadAsItIsInSeveralMembersToo()
    {
        byte[] members = [.. TemporaryFolder.Gzip("one\n\ntw"u8.ToArray()), .. TemporaryFolder.Gzip("o\n"u8.ToArray())];
        Assert.Equal(["one", "two"], Corpus.ReadDocuments([_folder.File("a.txt.gz", members)]));
        byte[] json = TemporaryFolder.Gzip("{\"text\": \"three\"}"u8.ToArray());
        Assert.Equal(["three"], Corpus.ReadDocuments([_folder.File("b.jsonl.gz", json)]));
    }

    [Fact]
    public void AnyTextIsReadAsTheSlowWayReadsIt()
    {
        Gen<string> lines = Gen.Int[0, Lines.Length - 1].Select(i => Lines[i]).Array[0, 12]
            .Select(parts => string.Join('\n', parts));
        Gen.Select(lines, Gen.Bool, Gen.Int[4, 9]).Sample((text, windows, buffer) =>
        {
            string written = windows ? text.Replace("\n", "\r\n") : text;
            string path = _folder.File("any.txt", written);
            using TextLines reader = new(path, bufferSize: buffer);
            List<string> found = [];
            while (reader.Advance())
            {
                found.Add(reader.Text());
            }
            string[] expected = written.Split('\n');
            expected = expected[^1].Length == 0 ? expected[..^1] : expected;
            int last = written.EndsWith('\n') ? expected.Length : expected.Length - 1;
            Assert.Equal(expected.Select((line, i) => i < last && line.EndsWith('\r') ? line[..^1] : line), found);
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void JsonLinesTakeTheFieldAsked()
    {
        string nested = "{\"id\": 1, \"meta\": {\"text\": \"no\"}, \"text\": \"A \\u00e9\\n\"}";
        string path = _folder.File("a.jsonl", nested + "\r\n\n{\"text\": \"B\", \"body\": \"C\"}\n");
        Assert.Equal(["A é\n", "B"], Corpus.ReadDocuments([path]));
        path = _folder.File("b.jsonl", "{\"text\": \"B\", \"body\": \"C\"}");
        Assert.Equal(["C"], Corpus.ReadDocuments([path], new CorpusOptions { TextField = "body" }));
    }

    [Fact]
    public async Task ParquetRowGroupsFollowEachOther()
    {
        string path = await Parquet("a.parquet", ["one", "two"], ["three"]);
        Assert.Equal(["one", "two", "three"], Corpus.ReadDocuments([path]));
        string gap = await Parquet("gap.parquet", ["one", "two", null]);
        Assert.Contains("row 3: column \"text\" is null", Assert.Throws<InvalidDataException>(() => Read(gap)).Message);
        InvalidDataException missing = Assert.Throws<InvalidDataException>(() => Read(path, "body"));
        Assert.Contains("no column \"body\" but text, number", missing.Message);
        InvalidDataException number = Assert.Throws<InvalidDataException>(() => Read(path, "number"));
        Assert.Contains("column \"number\" is Int32, expected text", number.Message);
    }

    [Fact]
    public void FilesComeInOrdinalOrderAndArgumentsAsGiven()
    {
        string b = _folder.File("b.txt", "b");
        _folder.File("data/Z.txt", "Z");
        _folder.File("data/a/x.txt", "x");
        _folder.File("data/a.jsonl", "{\"text\": \"a\"}");
        _folder.File("data/readme.md", "not read");
        _folder.File("data/.hidden.txt", "not read");
        string data = Path.Combine(_folder.Path, "data");
        Assert.Equal(["b", "Z", "a", "x"], Corpus.ReadDocuments([b, data, b]));
        Assert.Equal(["Z"], Corpus.ReadDocuments([$"{data}/*.txt"]));
        Assert.Equal(["Z", "x"], Corpus.ReadDocuments([$"{data}/**/*.txt"]));
        Assert.Equal(["x", "b"], Corpus.ReadDocuments([$"{_folder.Path}/*/?/*.txt", $"{_folder.Path}/?.txt"]));
    }

    [Fact]
    public void PathsThatLeadNowhereSaySo()
    {
        _folder.File("notes.md", "x");
        AssertThrows<FileNotFoundException>("does not exist", [Path.Combine(_folder.Path, "nothing.txt")]);
        AssertThrows<FileNotFoundException>("1 file(s) and none that can be read; supported are .txt", [_folder.Path]);
        AssertThrows<FileNotFoundException>("0 file(s)", [$"{_folder.Path}/*.txt"]);
        AssertThrows<FileNotFoundException>("0 file(s)", ["no-such-folder/*.txt"]);
        AssertThrows<ArgumentException>("supported are .txt, .txt.gz, .jsonl", [Path.Combine(_folder.Path, "notes.md")]);
        AssertThrows<ArgumentException>("no corpus path", []);
    }

    [Fact]
    public void BadContentIsNamedByFileAndPlace()
    {
        AssertFails("empty.txt", " \n\n"u8.ToArray(), "the corpus is empty");
        AssertFails("latin.txt", Encoding.Latin1.GetBytes("ok ü\n\né"), "'latin.txt' is not UTF-8: byte 3 of the text, in line 1, is 0xFC");
        byte[] cut = [.. "first\n\nsecond "u8, 0xE2, 0x82];
        AssertFails("cut.txt.gz", TemporaryFolder.Gzip(cut), "byte 14 of the decompressed text, in line 3, is 0xE2");
        AssertFails("no.jsonl", "{\"body\": \"x\"}"u8.ToArray(), "line 1: no field \"text\"");
        AssertFails("number.jsonl", "{\"text\": \"\"}\n{\"text\": 7}"u8.ToArray(), "line 2: field \"text\" is a JSON number, expected text");
        AssertFails("array.jsonl", "[1]"u8.ToArray(), "line 1: found a JSON array, expected an object");
        AssertFails("bad.jsonl", "{\"text\": \"x\"} tail"u8.ToArray(), "line 1, byte 14: not JSON");
        AssertFails("half.jsonl", "{\"text\": \"\\ud800\"}"u8.ToArray(), "half a surrogate pair");
        AssertFails("bad.parquet", "not parquet at all"u8.ToArray(), "cannot be read as Parquet");
    }

    [Fact]
    public void GzipCutShortIsNotTakenForTheWhole()
    {
        byte[] whole = TemporaryFolder.Gzip(Encoding.UTF8.GetBytes(string.Join("\n\n", Enumerable.Range(0, 5000))));
        foreach (int length in new[] { 0, whole.Length / 2, whole.Length - 8, whole.Length - 4 })
        {
            AssertFails("cut.txt.gz", whole[..length], "is a broken gzip file");
        }
        AssertFails("plain.txt.gz", "not compressed"u8.ToArray(), "is a broken gzip file");
    }

    [Fact]
    public void ADocumentWithoutEndIsRefused()
    {
        string path = _folder.File("long.txt", "one\ntwo\nthree\n");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TextDocuments.Read(path, longest: 9).ToList());
        Assert.Contains("line 3: the document grew beyond 9 characters", error.Message);
    }

    [Fact]
    public void RealFilesHoldAsManyDocumentsAsTheirIndexSays()
    {
        Assert.Equal(461, Corpus.ReadDocuments([Shared.Path("data", "corpus", "wiki_simple.test.txt.gz")]).Count());
        Assert.Equal(5, Corpus.ReadDocuments([Shared.Path("data", "corpus", "books.test.txt.gz")]).Count());
        Assert.Equal(48, Corpus.ReadDocuments([Shared.Path("data", "corpus", "wiki_en.valid.txt.gz")]).Count());
    }

    private static List<string> Read(string path, string field = "text") =>
        [.. Corpus.ReadDocuments([path], new CorpusOptions { TextField = field })];

    private static void AssertThrows<TException>(string message, string[] paths)
        where TException : Exception => Assert.Contains(message, Assert.Throws<TException>(() => Corpus.ReadDocuments(paths)).Message);

    private void AssertFails(string name, byte[] bytes, string message)
    {
        string path = _folder.File(name, bytes);
        string found = Assert.Throws<InvalidDataException>(() => Read(path)).Message;
        Assert.Contains(message, found.Replace(path, name));
    }

    private async Task<string> Parquet(string name, params string?[][] groups)
    {
        DataField<string> text = new("text");
        DataField<int> number = new("number");
        string path = Path.Combine(_folder.Path, name);
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, number), file);
        foreach (string?[] group in groups)
        {
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(text, group!);
            await rows.WriteAsync<int>(number, new int[group.Length].AsMemory());
            rows.CompleteValidate();
        }
        return path;
    }
}

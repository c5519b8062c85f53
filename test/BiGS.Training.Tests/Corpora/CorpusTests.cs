using System.Text;
using BiGS.Files;
using BiGS.Support;
using BiGS.Training.Corpora;
using CsCheck;
using Parquet;
using Parquet.Schema;

namespace BiGS.Training.Tests.Corpora;

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

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "utf-32", "utf-32BE"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void AByteOrderMarkSaysWhatTheEncodingIs(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] Bytes(string text) => [.. encoding.Preamble, .. encoding.GetBytes(text)];
        string longText = string.Concat(Enumerable.Repeat("𝄞é", 40_000)); // characters of several bytes across the ends of chunks
        Assert.Equal(["one €𝄞", "two", longText], Read(_folder.File("a.txt", Bytes($"one €𝄞\r\n\r\ntwo\n\n{longText}\n"))));
        Assert.Equal(["one €𝄞"], Read(_folder.File("a.txt.gz", TemporaryFolder.Gzip(Bytes("one €𝄞")))));
        Assert.Equal(["one €𝄞"], Read(_folder.File("a.jsonl", Bytes("{\"text\": \"one €𝄞\"}\n"))));
    }

    [Fact]
    public void AnEncodingWithoutAMarkIsGiven()
    {
        Encoding windows = TextEncoding.Named("windows-1252");
        string path = _folder.File("a.txt", windows.GetBytes("café “now” €"));
        Assert.Equal(["café “now” €"], Corpus.ReadDocuments([path], new CorpusOptions { Encoding = windows }));
        string marked = _folder.File("b.txt", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("café")]);
        Assert.Equal(["café"], Corpus.ReadDocuments([marked], new CorpusOptions { Encoding = windows }));
        string cut = _folder.File("c.txt", [.. Encoding.Unicode.GetBytes("ab"), 0x00, 0xD8, 0x41, 0x00]);
        Assert.Contains("is not utf-16: byte ", Assert.Throws<InvalidDataException>(() => Corpus.ReadDocuments([cut], new CorpusOptions { Encoding = Encoding.Unicode }).ToList()).Message);
        Assert.Contains("utf-16, latin1, windows-1252", Assert.Throws<ArgumentException>(() => TextEncoding.Named("windows-9")).Message);
    }

    [Theory]
    [InlineData("windows-1252", "café “now”", "looks like Windows-1252; give CorpusOptions.Encoding or TableOptions.Encoding = windows-1252")]
    [InlineData("latin1", "café maintenant", "looks like Latin-1; give CorpusOptions.Encoding or TableOptions.Encoding = latin1")]
    [InlineData("utf-16", "café", "look like utf-16le without a byte-order mark; give CorpusOptions.Encoding or TableOptions.Encoding = utf-16le")]
    [InlineData("utf-16BE", "the café in the street", "utf-16be")]
    [InlineData("utf-32", "the café in the street", "utf-32le")]
    [InlineData("gb18030", "河流在流动，人们在河边散步。", "of another script; give CorpusOptions.Encoding or TableOptions.Encoding, such as gb18030")]
    [InlineData("windows-1251", "река течёт мимо старого дома", "of another script")]
    public void TheRemedyIsTheRightOneForTheBytes(string encoding, string text, string remedy) =>
        AssertFails("a.txt", TextEncoding.Named(encoding).GetBytes(text), remedy);

    [Fact]
    public void WhatIsNoTextIsCalledWhatItIs()
    {
        AssertFails("a.txt", [.. "PK\u0003\u0004"u8, 1, 2, 3], "is not text: it is a zip archive or a spreadsheet");
        AssertFails("a.txt", TemporaryFolder.Gzip("x"u8.ToArray()), "compressed with gzip; give it a name that ends in .gz");
        AssertFails("a.txt", [.. "naïve café, naïve café\n"u8, 0xff, .. " naïve café"u8], "most of it is UTF-8: mend that line");
    }

    [Theory]
    [InlineData("one\r\rtwo\rthree\r", "one|two\nthree")]
    [InlineData("one\r\rtwo", "one|two")]
    [InlineData("one\rstill one\n\ntwo\n", "one\rstill one|two")] // where lines end with LF, a lone CR ends none
    public void LinesMayEndAsOnOldMacs(string text, string documents) => Assert.Equal(documents.Split('|'), Read(_folder.File("a.txt", text)));

    [Fact]
    public void OneRunNamesAllFilesThatCannotBeRead()
    {
        _folder.File("in/a.txt", "one");
        _folder.File("in/b.txt", [0xff]);
        _folder.File("in/c.jsonl", "{\"text\": \"three\"}\n{}\n");
        _folder.File("in/d.txt", "four");
        string folder = Path.Combine(_folder.Path, "in");
        string message = Assert.Throws<InvalidDataException>(() => Read(folder)).Message;
        Assert.All(["2 of 4 files cannot be read", "Corpus.FindUnreadable", "b.txt' is not UTF-8", "c.jsonl', line 2: no field"], part => Assert.Contains(part, message));
        Assert.Equal(["b.txt", "c.jsonl"], Corpus.FindUnreadable(Corpus.ResolveFiles([folder]), cancellationToken: TestContext.Current.CancellationToken).Select(file => Path.GetFileName(file.Path)));
    }

    [Fact]
    public async Task ParquetTextNeedNotBeMarkedAsText()
    {
        string path = await Bytes("a.parquet", "one"u8.ToArray(), "zwei ü"u8.ToArray());
        Assert.Equal(["one", "zwei ü"], Read(path));
        string binary = await Bytes("b.parquet", "one"u8.ToArray(), [0xff, 0xfe]);
        string message = Assert.Throws<InvalidDataException>(() => Read(binary)).Message;
        Assert.Contains($"'{binary}': column \"text\" holds bytes that are no UTF-8, such as row 2", message);
    }

    [Fact]
    public async Task ABrokenParquetColumnIsNamed()
    {
        string path = await Parquet("a.parquet", ["one", "two"]);
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes.AsSpan(4, 20).Fill(0xff); // the head of the first column's first page
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        Assert.Contains($"'{path}': column \"text\" cannot be read (", Assert.Throws<InvalidDataException>(() => Read(path)).Message);
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

    private async Task<string> Bytes(string name, params byte[][] values)
    {
        DataField<byte[]> text = new("text");
        string path = Path.Combine(_folder.Path, name);
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text), file);
        using ParquetRowGroupWriter rows = writer.CreateRowGroup();
        await rows.WriteAsync(text, values);
        rows.CompleteValidate();
        return path;
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

using BiGS.Corpora;

namespace BiGS.Tests.Corpora;

public sealed class TableFileTests : IDisposable
{
    private static readonly Column[] Columns = [Column.Of("text", 2), Column.Of("label", 1)];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("a.tsv", "label\tid\ttext\n1\tx\tfirst\n0\ty\tsecond \"one\"\n", "first/1, second \"one\"/0")]
    [InlineData("a.tsv", "1\tfirst\n\n0\tsecond\n", "first/1, second/0")] // without names, columns are counted
    [InlineData("a.csv", "label,text\r\n1,\"a, b\"\r\n0,\"two\nlines, \"\"quoted\"\"\"\r\n", "a, b/1, two\nlines, \"quoted\"/0")]
    [InlineData("a.jsonl", "{\"text\": \"first\", \"label\": 1}\n\n{\"label\": \"0\", \"text\": \"second\"}", "first/1, second/0")]
    [InlineData("a.tsv.gz", "label\ttext\n1\tfirst\n", "first/1")]
    public void EveryFormReads(string name, string content, string expected) => Assert.Equal(expected, Read(Written(name, content), Columns));

    [Fact]
    public void AnOptionalColumnMayBeMissing()
    {
        string path = Written("a.tsv", "text\nfirst\n");
        Assert.Equal("first/", Read(path, [Column.Of("text"), Column.Of("label") with { Optional = true }]));
    }

    [Theory]
    [InlineData("a.tsv", "label\tid\n1\tx\n", "\"text\"", "label, id")]
    [InlineData("a.tsv", "label\ttext\n1\n", "line 2", "number 2")]
    [InlineData("a.tsv", "", "no row")]
    [InlineData("a.csv", "label,text\n1,\"never closed\n", "line 2", "never closed")]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n", "\"label\"")]
    [InlineData("a.jsonl", "{\"text\": [1], \"label\": 1}\n", "line 1", "Array")]
    [InlineData("a.jsonl", "{\"text\": \"x\"\n", "line 1", "not JSON")]
    [InlineData("a.jsonl", "{} {}\n", "line 1", "one JSON object")]
    public void WhatIsMissingIsNamed(string name, string content, params string[] says)
    {
        string path = Written(name, content);
        string message = Assert.ThrowsAny<InvalidDataException>(() => Read(path, Columns)).Message;
        Assert.All(says.Append(path), part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void OtherFilesAreRefused()
    {
        Assert.Contains(".parquet", Assert.Throws<ArgumentException>(() => Read(Written("a.xlsx", "x"), Columns)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Read(Path.Combine(_temporary.Path, "none.tsv"), Columns));
    }

    private string Written(string name, string content) => name.EndsWith(".gz", StringComparison.Ordinal)
        ? _temporary.File(name, TemporaryFolder.Gzip(System.Text.Encoding.UTF8.GetBytes(content)))
        : _temporary.File(name, content);

    private static string Read(string path, Column[] columns) => string.Join(", ", TableFile.Read(path, columns).Select(row => $"{row.Cells[0]}/{row.Cells[1]}"));
}

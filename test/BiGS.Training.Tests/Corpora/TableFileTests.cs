using BiGS.Files;
using BiGS.Support;
using BiGS.Training.Corpora;
using Parquet;
using Parquet.Schema;

namespace BiGS.Training.Tests.Corpora;

public sealed class TableFileTests : IDisposable
{
    private static readonly Column[] Columns = [Column.Named("text", 2), Column.Named("label", 1)];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("a.tsv", "label\tid\ttext\n1\tx\tfirst\n0\ty\tsecond \"one\"\n", "first/1, second \"one\"/0")]
    [InlineData("a.tsv", "1\tfirst\n\n0\tsecond\n", "first/1, second/0")] // without names, columns are counted
    [InlineData("a.csv", "label,text\r\n1,\"a, b\"\r\n0,\"two\nlines, \"\"quoted\"\"\"\r\n", "a, b/1, two\nlines, \"quoted\"/0")]
    [InlineData("a.jsonl", "{\"text\": \"first\", \"label\": 1}\n\n{\"label\": \"0\", \"text\": \"second\"}", "first/1, second/0")]
    [InlineData("a.json", "[{\"text\": \"first\", \"label\": 1},\n {\"label\": \"0\", \"text\": \"second\"}]", "first/1, second/0")]
    [InlineData("a.json", "{\"version\": 1, \"data\": [{\"text\": \"first\", \"label\": 1}]}", "first/1")]
    [InlineData("a.json", "{\"text\": \"first\", \"label\": 1}\n{\"text\": \"second\", \"label\": 0}\n", "first/1, second/0")] // JSON Lines under another name
    [InlineData("a.csv", "\uFEFF\"label\", text\n1,first\n", "first/1")]
    [InlineData("a.csv", "label,text\r1,first\r0,second\r", "first/1, second/0")] // as old Macs ended lines
    [InlineData("a.csv", "label;text\n1;first, with a comma\n0;second\n", "first, with a comma/1, second/0")]
    [InlineData("a.csv", "sep=;\nlabel;text\n1;first\n", "first/1")]
    [InlineData("a.csv", "1|first, with a comma\n0|second\n", "first, with a comma/1, second/0")]
    [InlineData("a.tsv", "label,text\n1,first\n", "first/1")]
    [InlineData("a.csv", "label,text\n1,\"first\"\n,\n0,second\n", "first/1, second/0")] // a row of empty cells is blank
    [InlineData("a.csv", "label,text,\n1,first,\n0,second\n", "first/1, second/0")] // a delimiter at the end names nothing
    [InlineData("a.tsv", "\"label\"\t\"text\"\n\"1\"\t\"first\"\n", "first/1")] // a spreadsheet's quotes
    [InlineData("a.tsv", "label\ttext\n1\t\"a \"\"first\"\" one\"\n0\tsecond\n", "a \"first\" one/1, second/0")]
    [InlineData("a.tsv", "label\ttext\n1\t\"first\"\n0\ta \"\"second\"\"\n", "\"first\"/1, a \"\"second\"\"/0")] // quotes that are text
    [InlineData("a.tsv.gz", "label\ttext\n1\tfirst\n", "first/1")]
    public void EveryFormReads(string name, string content, string expected) => Assert.Equal(expected, Read(Written(name, content), Columns));

    /// <summary>Taken for a row, a first line of names would be an example with a class of its own.</summary>
    [Theory]
    [InlineData("label,review_body\na,one\nb,two words\n", "one/a, two words/b", 1)]
    [InlineData("class,TEXT\na,one\n", "one/a", 1)]
    [InlineData("label,a text of several words\na,one\n", "a text of several words/label, one/a", 0)]
    [InlineData("good,fine\nbad,awful\n", "fine/good, awful/bad", 0)]
    [InlineData("1,text\n0,awful\n", "text/1, awful/0", 0)]
    public void AFirstLineOfNamesIsNoRowWhereColumnsAreGivenByNumber(string content, string expected, int warnings)
    {
        var warned = new List<string>();
        Assert.Equal(expected, Read(Written("a.csv", content), [new Column([], 2), new Column([], 1)], new TableOptions { Warn = warned.Add }));
        Assert.Equal(warnings, warned.Count(warning => warning.Contains("names the columns", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnOptionalColumnMayBeMissing()
    {
        string path = Written("a.tsv", "text\nfirst\n");
        Assert.Equal("first/", Read(path, [Column.Named("text"), Column.Named("label") with { Optional = true }]));
    }

    [Theory]
    [InlineData("a.tsv", "label\tid\n1\tx\n", "\"text\"", "label, id")]
    [InlineData("a.tsv", "label\ttext\n1\n", "line 2: has 1 cells, but the first line has 2", "a line end within a text")]
    [InlineData("a.tsv", "label\ttext\n1\tone\ttwo\n", "line 2", "has 3 cells, but the first line has 2")]
    [InlineData("a.tsv", "1\ttwo\n1\tone\ttwo\n", "line 2", "has 3 cells")] // without names too
    [InlineData("a.csv", "label,text\n1,one\n1,one, two\n", "line 3", "with \",\" in it must stand in quotes")]
    [InlineData("a.csv", "label,text,text\n1,one,two\n", "columns 2 and 3 are both named \"text\"")]
    [InlineData("a.csv", "label,Text\n1,one\n", "did you mean \"Text\"?")]
    [InlineData("a.csv", "label,text\n", "holds no row")]
    [InlineData("a.csv", "label,text\n\"one\",x\n\"stray,x\none,x\n\"an\"\"other\",x\n", "line 3", "closed in line 5 in the middle of a cell")]
    [InlineData("a.tsv", "", "no row")]
    [InlineData("a.csv", "label,text\n1,\"never closed\n", "line 2", "never closed")]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n", "\"label\"")]
    [InlineData("a.jsonl", "{\"text\": [1], \"label\": 1}\n", "line 1", "Array")]
    [InlineData("a.jsonl", "{\"text\": \"x\"\n", "line 1", "not JSON")]
    [InlineData("a.jsonl", "{} {}\n", "line 1", "one JSON object")]
    [InlineData("a.jsonl", "{\"text\": \"x\", \"label\": 1}\n{\"text\": \"river \\ud83d\", \"label\": 1}\n", "line 2", "half a surrogate pair")]
    [InlineData("a.jsonl", "{\"text\": \"x\", \"label\": 1, \"\\udc00\": 0}\n", "line 1", "half a surrogate pair")]
    [InlineData("a.json", "[{\"text\": \"x\", \"label\": 1},\n\n {\"text\": \"\\ud83d\", \"label\": 1}]", "line 3", "half a surrogate pair")]
    [InlineData("a.json", "[{\"text\": \"x\", \"label\": 1},\n {\"text\": \"x\" \"label\": 1}]", "line 2", "not JSON")]
    [InlineData("a.json", "[{\"text\": \"x\", \"label\": 1},\n 7]", "line 2", "found a JSON Number")]
    [InlineData("a.json", "{\"text\": [\"x\"], \"label\": [1]}", "line 1", "\"text\" is a JSON Array")]
    [InlineData("a.json", "[]", "no row")]
    public void WhatIsMissingIsNamed(string name, string content, params string[] says)
    {
        string path = Written(name, content);
        string message = Assert.ThrowsAny<InvalidDataException>(() => Read(path, Columns)).Message;
        Assert.All(says.Append(path), part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void RowsTornByALineEndAreLeftOutAndCounted()
    {
        var warnings = new List<string>();
        string path = Written("a.tsv", "label\ttext\tid\n1\tfirst\ta\n0\tsec\nond\tb\n1\tthird\tc\n1\tfourth\td\n");
        Assert.Equal("first/1, third/1, fourth/1", Read(path, Columns, new TableOptions { Warn = warnings.Add }));
        Assert.Contains($"'{path}': 2 of 5 rows have fewer cells than the first line and are left out, the first of them line 3", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void WhereMostRowsAreShortTheDelimiterIsDoubted()
    {
        string path = Written("a.csv", "text,label,id\nfirst;1\nsecond;0\nthird,1,c\n");
        string message = Assert.Throws<InvalidDataException>(() => Read(path, Columns, new TableOptions { Warn = _ => { } })).Message;
        Assert.All(["2 of 3 rows have fewer cells than the 3 of the first line, such as line 2", "check the delimiter", "TableOptions.Delimiter"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    /// <summary>Each line was once read again for every line before it: minutes for what takes a moment.</summary>
    [Fact]
    public void AQuoteThatNeverClosesIsFoundInLinearTime()
    {
        string path = Written("a.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => i == 7 ? "\"line,1\n" : "line,1\n")));
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Contains("line 9: a quote is opened and never closed", Assert.Throws<InvalidDataException>(() => Read(path, Columns)).Message, StringComparison.Ordinal);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
    }

    [Fact]
    public void TablesOfOtherEncodingsAreRead()
    {
        const string content = "label;text\r\n1;café “now”\r\n"; // what Excel writes
        var options = new TableOptions { Warn = _ => { } };
        string path = _temporary.File("a.csv", [.. System.Text.Encoding.Unicode.Preamble, .. System.Text.Encoding.Unicode.GetBytes(content)]);
        Assert.Equal("café “now”/1", Read(path, Columns, options));
        path = _temporary.File("b.csv", TextEncoding.Named("windows-1252").GetBytes(content));
        Assert.Contains("TableOptions.Encoding = windows-1252", Assert.Throws<InvalidDataException>(() => Read(path, Columns, options)).Message, StringComparison.Ordinal);
        Assert.Equal("café “now”/1", Read(path, Columns, options with { Encoding = TextEncoding.Named("windows-1252") }));
    }

    [Fact]
    public async Task ParquetNumbersOfAllTypesAreCells()
    {
        string path = await ShortsAndDecimals("a.parquet");
        Assert.Matches(@"^7/1\.50*, -7/2(\.0*)?$", Read(path, Columns));
        Table table = TableFile.Open(path, [Column.Named("text")]);
        Assert.Equal(["text", "label"], table.Names);
        Assert.Equal(2, table.Rows.Count());
        Assert.Contains("no column \"other\"", Assert.Throws<InvalidDataException>(() => Read(path, [Column.Named("other"), Column.Named("text")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLastCellOfARaggedRowIsTheGoldLabel()
    {
        Column[] columns = [Column.Named("text"), new(["gold"], Last: true)];
        Assert.Equal("first/g, second/h", Read(Written("a.tsv", "text\tlabel1\tgold\nfirst\ta\tg\nsecond\ta\tb\tc\th\n"), columns));
        string notLast = Written("b.tsv", "gold\ttext\ng\tfirst\nh\tsecond\tthird\n");
        Assert.Contains("line 3: has 3 cells", Assert.Throws<InvalidDataException>(() => Read(notLast, columns)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADelimiterThatIsNotTheExtensionsIsSaidAndOneThatIsGivenIsInsistedOn()
    {
        var warnings = new List<string>();
        string path = Written("a.csv", "label;text\n1;first\n");
        Assert.Equal("first/1", Read(path, Columns, new TableOptions { Warn = warnings.Add }));
        Assert.Contains("separated by \";\", not by \",\", and are read so", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal("first/1", Read(path, Columns, new TableOptions { Warn = _ => Assert.Fail("nothing to say"), Delimiter = ';' }));
        Assert.Throws<InvalidDataException>(() => Read(path, Columns, new TableOptions { Delimiter = ',' }));
    }

    [Theory]
    [InlineData("a.csv", "id,text,other\n1,first,\n2,\"sec\nond\",x\n", "id,text,other | 1,first, | 2,sec\nond,x")]
    [InlineData("a.jsonl", "{\"id\": 1, \"text\": \"first\"}\n{\"text\": \"second\", \"other\": [1]}\n", "id,text,other | 1,first, | ,second,[1]")]
    public void AWholeTableHasAllCellsAndNames(string name, string content, string expected)
    {
        Table table = TableFile.Open(Written(name, content), [Column.Named("text")]);
        Assert.Equal(expected, string.Join(" | ", table.Rows.Select(row => row.Cells).Prepend(table.Names!).Select(cells => string.Join(',', cells))));
        Assert.Equal(1, Assert.Single(table.Places)!.Value.Value);
    }

    [Fact]
    public void AWholeTableWithoutNamesSaysSo()
    {
        Table table = TableFile.Open(Written("a.tsv", "1\tfirst\n"), [Column.Parse("2")]);
        Assert.Null(table.Names);
        Assert.Equal(["1", "first"], Assert.Single(table.Rows).Cells);
    }

    [Fact]
    public void OtherFilesAreRefused()
    {
        Assert.Contains(".parquet", Assert.Throws<ArgumentException>(() => Read(Written("a.xlsx", "x"), Columns)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Read(Path.Combine(_temporary.Path, "none.tsv"), Columns));
    }

    private async Task<string> ShortsAndDecimals(string name)
    {
        DataField<short> text = new("text");
        DataField<decimal> label = new("label");
        string path = Path.Combine(_temporary.Path, name);
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, label), file);
        using ParquetRowGroupWriter rows = writer.CreateRowGroup();
        await rows.WriteAsync<short>(text, new short[] { 7, -7 }.AsMemory());
        await rows.WriteAsync<decimal>(label, new[] { 1.5m, 2m }.AsMemory());
        rows.CompleteValidate();
        return path;
    }

    private string Written(string name, string content) => name.EndsWith(".gz", StringComparison.Ordinal)
        ? _temporary.File(name, TemporaryFolder.Gzip(System.Text.Encoding.UTF8.GetBytes(content)))
        : _temporary.File(name, content);

    private static string Read(string path, Column[] columns, TableOptions? options = null) => string.Join(", ", TableFile.Read(path, columns, options).Select(row => $"{row.Cells[0]}/{row.Cells[1]}"));
}

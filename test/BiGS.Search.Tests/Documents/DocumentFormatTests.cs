using System.Text;
using BiGS.Search.Documents;
using BiGS.Support;

namespace BiGS.Search.Tests.Documents;

public sealed class DocumentFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_page_is_read_as_it_is_seen()
    {
        FileDocument page = Single("a.html", """
            <!DOCTYPE html><html><head><title> Frost &amp; tomatoes </title><style>p { color: red }</style><script>var frost = 1;</script></head>
            <body><header><a href="/">Home</a></header><nav><ul><li>Shop</li></ul></nav>
            <h1>When to   plant</h1><p>After the <b>last</b> frost,<br>in May.</p>
            <ul><li>Cherry</li><li>Plum</li></ul><pre>  x = 1
            y = 2</pre><table><tr><th>month</th><th>work</th></tr><tr><td>May</td><td>planting</td></tr></table>
            <p hidden>secret</p><p style="display: none">secret</p><aside>Subscribe!</aside><footer>© 2024</footer></body></html>
            """);
        Assert.Equal("When to plant\n\nAfter the last frost,\nin May.\n\nCherry\nPlum\n\nx = 1\ny = 2\n\nmonth work\nMay planting", page.Text);
        Assert.Equal(("Frost & tomatoes", 0L, null), (page.Title, page.Line, page.Page));
    }

    [Fact]
    public void The_main_part_of_a_page_is_its_contents()
    {
        Assert.Equal("Only this.", Single("a.html", "<body><div>Cookies?</div><main><header>Only</header> <p>this.</p></main><div>Imprint</div></body>").Text.Replace("\n\n", " ", StringComparison.Ordinal));
        Assert.Equal("Cookies?", Single("b.html", "<body><div>Cookies?</div><main></main></body>").Text);
    }

    [Fact]
    public void A_page_nested_without_end_is_read() =>
        Assert.Equal("deep", Single("a.html", string.Concat(Enumerable.Repeat("<div>", 20_000)) + "deep").Text);

    [Theory]
    [InlineData("windows-1251", "<meta charset=windows-1251><p>Помидоры</p>", "Помидоры")]
    [InlineData("utf-8", "<meta charset=windows-1251><p>Помидоры</p>", "Помидоры")]
    [InlineData("euc-kr", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\"><p>토마토</p>", "토마토")]
    public void A_page_says_its_encoding(string encoding, string html, string expected) =>
        Assert.Equal(expected, Single("a.html", BiGS.Files.TextEncoding.Named(encoding).GetBytes(html)).Text);

    [Fact]
    public void A_pdf_is_read_page_by_page_and_column_by_column()
    {
        // Drawn line by line across both columns, as some programs do.
        (double, double, string)[] columns =
        [
            .. Enumerable.Range(0, 6).SelectMany(line => new (double, double, string)[]
            {
                (60, 700 - (14 * line), $"left line number {line} of the page"), (330, 700 - (14 * line), $"right line number {line} of the page"),
            }),
        ];
        FileDocument[] pages = Read("a.pdf", SampleDocuments.Pdf(columns, [(60, 700, "Tomatoes need implemen-"), (60, 686, "tation after the frost.")]));
        Assert.Equal([1, 2], pages.Select(page => page.Page));
        Assert.Equal([.. Enumerable.Range(0, 6).Select(line => $"left line number {line} of the page"), .. Enumerable.Range(0, 6).Select(line => $"right line number {line} of the page")],
            pages[0].Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("Tomatoes need implementation after the frost.", pages[1].Text);
    }

    [Fact]
    public void What_cannot_be_read_of_a_pdf_is_said()
    {
        AssertSkipped(SkipReason.Encrypted, "a.pdf", SampleDocuments.EncryptedPdf(), "password");
        AssertSkipped(SkipReason.NoText, "a.pdf", SampleDocuments.Pdf([], []), "2 pages", "OCR");
        AssertSkipped(SkipReason.Unreadable, "a.pdf", "%PDF-1.7\nno more"u8.ToArray(), "damaged PDF");
        AssertSkipped(SkipReason.Unreadable, "a.pdf", "hello"u8.ToArray(), "damaged PDF");
        AssertSkipped(SkipReason.Unreadable, "a.pdf", SampleDocuments.Pdf([(60, 700, "slow")]), new DocumentOptions { TimeLimit = TimeSpan.Zero }, "longer than 0 s");
    }

    /// <summary>A kilobyte may stand for a megabyte; it is not unpacked.</summary>
    [Fact]
    public void What_unpacks_to_too_much_is_refused()
    {
        var small = new DocumentOptions { MaxFileBytes = 100_000 };
        AssertSkipped(SkipReason.TooLarge, "a.pdf", SampleDocuments.PdfWithContent(new byte[1_000_000]), small, "100,000 bytes", "IndexOptions.MaxFileBytes");
        AssertSkipped(SkipReason.TooLarge, "a.docx", SampleDocuments.WordBomb(1_000_000), small, "unpacks to more than 100,000 bytes");
        AssertSkipped(SkipReason.TooLarge, "a.txt.gz", TemporaryFolder.Gzip(Encoding.ASCII.GetBytes(new string('a', 1_000_000))), small, "unpacks to more than 100,000 bytes");
    }

    [Fact]
    public void A_document_of_Word_is_read_with_its_tables_and_notes()
    {
        FileDocument document = Single("a.docx", SampleDocuments.Word());
        Assert.Equal("Growing tomatoes\n\nPlant them after the last frost.\n\nmonth\twork\nMay\tplanting\n\nWater at the root.\n\nIn the north, June.", document.Text);
        Assert.Equal("Growing tomatoes", document.Title);
        AssertSkipped(SkipReason.Unreadable, "a.docx", SampleDocuments.Word()[..900], "damaged document of Word");
        AssertSkipped(SkipReason.Unreadable, "a.docx", "hello"u8.ToArray(), "damaged document of Word");
        AssertSkipped(SkipReason.Encrypted, "a.docx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512]], "password");
    }

    [Fact]
    public void Json_is_read_by_its_objects()
    {
        Assert.Equal([(2L, "one"), (3L, "two")], Read("a.json", "[\n{\"text\": \"one\", \"id\": 1},\n{\"text\": \"two\"}\n]").Select(document => (document.Line, document.Text)));
        Assert.Equal("name: bigs\nversion: 2\ntag: a\ntag: b", Single("a.json", "{\"name\": \"bigs\", \"version\": 2, \"none\": null, \"tag\": [\"a\", \"b\"]}").Text);
        Assert.Equal("one\ntwo", Single("a.json", "[\"one\", \"two\"]").Text);
        FileDocument[] lines = Read("a.jsonl", "{\"text\": \"one\", \"title\": \"first\"}\n\n{\"body\": \"two\"}\n");
        Assert.Equal([(1L, "one", "first"), (3L, "body: two", null)], lines.Select(document => (document.Line, document.Text, document.Title)));
    }

    [Fact]
    public void The_named_field_must_be_there()
    {
        var options = new DocumentOptions { TextField = "body" };
        Assert.Equal("two", Single("a.jsonl", "{\"body\": \"two\"}"u8.ToArray(), options).Text);
        AssertSkipped(SkipReason.Unreadable, "a.jsonl", "{\"text\": \"one\"}"u8.ToArray(), options, "line 1", "no field \"body\"", "IndexOptions.TextField");
        AssertSkipped(SkipReason.Unreadable, "a.jsonl", "{\"body\": 1}"u8.ToArray(), options, "is a JSON Number");
        AssertSkipped(SkipReason.Unreadable, "a.csv", "text,id\none,1\n"u8.ToArray(), options, "no column \"body\"", "text, id");
        Assert.Equal("two", Single("a.csv", "body,id\ntwo,1\n"u8.ToArray(), options).Text);
        AssertSkipped(SkipReason.Unreadable, "a.jsonl", "{\"text\": \"one\"}\n{"u8.ToArray(), "line 2", "not JSON");
        AssertSkipped(SkipReason.Unreadable, "a.json", "{\"text\": \"\\ud800\"}"u8.ToArray(), "surrogate");
        AssertSkipped(SkipReason.Unreadable, "a.jsonl", "{\"text\": \"\\ud800\"}"u8.ToArray(), "surrogate");
    }

    [Fact]
    public void Each_row_of_a_table_is_a_document()
    {
        FileDocument[] rows = Read("a.csv", "title,notes\nTomato,\"red,\nround\"\n,\n1,2\nPlum,blue\n");
        Assert.Equal([(2L, "title: Tomato\nnotes: red,\nround", "Tomato"), (6L, "title: Plum\nnotes: blue", "Plum")], rows.Select(row => (row.Line, row.Text, row.Title)));
        Assert.Equal(["name: Tomato\ncolour: red", "name: Plum\ncolour: blue"], Read("b.csv", "name;colour\nTomato;red\nPlum;blue\n").Select(row => row.Text));
        Assert.Equal(["Tomato\n12"], Read("a.tsv", "Tomato\t12\n").Select(row => row.Text));
        AssertSkipped(SkipReason.Unreadable, "a.csv", "a,b\n\"open,2\n"u8.ToArray(), "line 2", "never closed");
    }

    [Fact]
    public void Text_is_text()
    {
        FileDocument note = Single("a.md", "intro\n\n# Tomatoes\r\n\r\nRed.\r");
        Assert.Equal(("intro\n\n# Tomatoes\n\nRed.\n", "Tomatoes", 1L, false), (note.Text, note.Title, note.Line, note.IsLine));
        Assert.Equal("class C;\n", Single("Program.cs", "class C;\n").Text);
        Assert.Equal("all:\n", Single("Makefile", "all:\n").Text);
        Assert.Equal("packed", Single("a.py.gz", TemporaryFolder.Gzip("packed"u8.ToArray())).Text);
        AssertSkipped(SkipReason.Unreadable, "a.txt.gz", TemporaryFolder.Gzip("packed and broken"u8.ToArray())[..12], "broken gzip");
        AssertSkipped(SkipReason.Binary, "a.txt", [.. "ELF"u8, 0, 1, 2, 3, .. "text"u8], "not text");
        AssertSkipped(SkipReason.Binary, "a.txt", SampleDocuments.Word(), "zip");
        AssertSkipped(SkipReason.NoText, "a.txt", " \n\n"u8.ToArray(), "no text");
        AssertSkipped(SkipReason.UnknownKind, "a.png", [1], ".docx");
        AssertSkipped(SkipReason.UnknownKind, "a.pdf.gz", [1], ".docx");
    }

    public void Dispose() => _folder.Dispose();

    private FileDocument Single(string name, string text) => Single(name, Encoding.UTF8.GetBytes(text));

    private FileDocument Single(string name, byte[] bytes, DocumentOptions? options = null) => Assert.Single(Read(name, bytes, options));

    private FileDocument[] Read(string name, string text) => Read(name, Encoding.UTF8.GetBytes(text));

    private FileDocument[] Read(string name, byte[] bytes, DocumentOptions? options = null) => [.. DocumentReader.Read(_folder.File(name, bytes), options ?? new DocumentOptions())];

    private void AssertSkipped(SkipReason reason, string name, byte[] bytes, params string[] said) => AssertSkipped(reason, name, bytes, new DocumentOptions(), said);

    private void AssertSkipped(SkipReason reason, string name, byte[] bytes, DocumentOptions options, params string[] said)
    {
        _folder.File(name, bytes);
        SkippedFile? skipped = DocumentReader.ReadAll(_folder.Path, name, options).Skipped;
        Assert.Equal((name, reason), (skipped?.Path, skipped?.Reason));
        Assert.All(said, part => Assert.Contains(part, skipped!.Detail, StringComparison.Ordinal));
    }
}

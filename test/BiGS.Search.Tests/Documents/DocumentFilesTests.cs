using BiGS.Files;
using BiGS.Search.Documents;
using BiGS.Support;

namespace BiGS.Search.Tests.Documents;

public sealed class DocumentFilesTests : IDisposable
{
    private const string Note = "토마토는 마지막 서리가 지난 뒤에 심는다. 물은 뿌리에 주고 잎에는 주지 않는다.";

    private readonly TemporaryFolder _folder = new();

    /// <summary>A folder as people have it: one of each kind, three broken ones, a circle, a long log, notes in Korean.</summary>
    [Fact]
    public void Each_file_is_read_or_its_reason_given()
    {
        Write("notes.txt", "tomatoes");
        Write("readme.md", "# tomatoes");
        Write("page.html", "<p>tomatoes</p>");
        Write("page.htm.gz", TemporaryFolder.Gzip("<p>tomatoes</p>"u8.ToArray()));
        Write("paper.pdf", SampleDocuments.Pdf([(60, 700, "tomatoes")]));
        Write("letter.docx", SampleDocuments.Word());
        Write("data.json", "{\"name\": \"tomato\"}");
        Write("data.jsonl", "{\"text\": \"tomato\"}");
        Write("table.csv", "name,colour\ntomato,red\n");
        Write("table.tsv", "name\tcolour\ntomato\tred\n");
        Write("src/Program.cs", "class Tomato;");
        Write("LICENSE", "tomatoes are free");
        Write("korean.txt", Note);
        Write("korean-old.txt", TextEncoding.Named("euc-kr").GetBytes(Note));
        File.CreateSymbolicLink(In("linked.txt"), In("notes.txt"));

        Write("broken.pdf", "%PDF-1.7\n");
        Write("broken.docx", SampleDocuments.Word()[..500]);
        Write("broken.jsonl", "{\"text\": \"one\"}\n{\"text\": ");
        Write("locked.pdf", SampleDocuments.EncryptedPdf());
        Write("scan.pdf", SampleDocuments.Pdf([]));
        Write("empty.txt", "");
        Write("program", [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0]);
        Write("picture.png", "png");
        Write(".secret/a.txt", "secret");
        Write(".bigs-index/index.json", "{}");
        Write("node_modules/left-pad/README.md", "left pad");
        Write("src/obj/a.json", "{}");
        Write("src/out/a.txt", "built");
        Write("src/.gitignore", "out/\n*.tmp.txt\n!keep.tmp.txt\n");
        Write("src/a.tmp.txt", "temporary");
        Write("src/keep.tmp.txt", "kept");
        Directory.CreateSymbolicLink(In("src/circle"), _folder.Path);
        File.CreateSymbolicLink(In("one.txt"), In("other.txt"));
        File.CreateSymbolicLink(In("other.txt"), In("one.txt"));
        using (FileStream log = File.Create(In("server.log")))
        {
            log.SetLength(200L << 20);
        }

        var options = new DocumentOptions();
        FolderContents contents = DocumentFiles.Of(_folder.Path, options, own: ".bigs");
        (string File, FileContents Contents)[] read = [.. contents.Files.Select(file => (file, DocumentReader.ReadAll(_folder.Path, file, options)))];
        Assert.Equal(
            [
                "LICENSE", "data.json", "data.jsonl", "korean-old.txt", "korean.txt", "letter.docx", "linked.txt", "notes.txt", "page.htm.gz", "page.html", "paper.pdf",
                "readme.md", "src/Program.cs", "src/keep.tmp.txt", "table.csv", "table.tsv",
            ],
            read.Where(file => file.Contents.Skipped is null).Select(file => file.File));
        Assert.All(read.Where(file => file.File.StartsWith("korean", StringComparison.Ordinal)), file => Assert.Equal(Note, file.Contents.Documents.Single().Text));

        SkippedFile[] skipped = [.. contents.Skipped, .. read.Select(file => file.Contents.Skipped).OfType<SkippedFile>()];
        AssertSkipped(skipped, SkipReason.Unreadable, "broken.docx", "broken.jsonl", "broken.pdf");
        AssertSkipped(skipped, SkipReason.Encrypted, "locked.pdf");
        AssertSkipped(skipped, SkipReason.NoText, "empty.txt", "scan.pdf");
        AssertSkipped(skipped, SkipReason.Binary, "program");
        AssertSkipped(skipped, SkipReason.UnknownKind, "picture.png");
        AssertSkipped(skipped, SkipReason.Hidden, ".secret/", "src/.gitignore");
        AssertSkipped(skipped, SkipReason.Ignored, "src/a.tmp.txt", "src/out/");
        AssertSkipped(skipped, SkipReason.BuildOutput, "node_modules/", "src/obj/");
        AssertSkipped(skipped, SkipReason.Link, "one.txt", "other.txt", "src/circle/");
        AssertSkipped(skipped, SkipReason.TooLarge, "server.log");
        Assert.Equal(18, skipped.Length);
        Assert.Contains("209,715,200 bytes", skipped.Single(file => file.Path == "server.log").Detail, StringComparison.Ordinal);
        Assert.Equal(
            "3 linked, 3 unreadable, 2 hidden, 2 ignored by .gitignore, 2 built or installed, 2 without text, 1 of another kind, 1 binary, 1 too large, 1 encrypted",
            SkippedFile.Counts(skipped));
    }

    [Fact]
    public void A_folder_without_documents_says_what_it_has()
    {
        var options = new DocumentOptions();
        Write("a.png", "png");
        Assert.Contains("1 of another kind", Assert.Throws<FileNotFoundException>(() => DocumentFiles.Of(_folder.Path, options, ".bigs")).Message, StringComparison.Ordinal);
        Assert.Empty(DocumentFiles.Of(_folder.Path, options, ".bigs", mayBeNone: true).Files);
        Assert.Throws<DirectoryNotFoundException>(() => DocumentFiles.Of(In("none"), options, ".bigs"));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSkipped(SkippedFile[] skipped, SkipReason reason, params string[] paths)
    {
        SkippedFile[] found = [.. skipped.Where(file => file.Reason == reason).OrderBy(file => file.Path, StringComparer.Ordinal)];
        Assert.Equal(paths, found.Select(file => file.Path));
        Assert.All(found, file => Assert.NotEmpty(file.Detail));
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, string text) => _folder.File(name, text);

    private void Write(string name, byte[] bytes) => _folder.File(name, bytes);
}

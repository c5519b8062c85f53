using System.Text.Json;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

public sealed class PredictionFileTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly BertTokenizer _tokenizer = new WordPieceTrainer { Size = 120 }.Train(["the cat sat on a mat", "the cat sat"]);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void ATableReadsBack()
    {
        string path = Written("p.tsv");
        string[] lines = File.ReadAllLines(path);
        Assert.Equal("index\tprediction\tgold\ttext\tpair\tprobability_no\tprobability_é à", lines[0]);
        Assert.Equal("0\té à\tno\tthe \"cat\" sat \\n\ta mat\t0.268941\t0.731059", lines[1]);
        TableRow[] rows = [.. TableFile.Read(path, [Column.Named("index"), Column.Named("text"), Column.Named("probability_no")])];
        Assert.Equal(["0", "1"], rows.Select(row => row.Cells[0]));
        Assert.Equal("on a mat", rows[1].Cells[1]); // a tab and a line break would have torn the row
    }

    [Fact]
    public void JsonLinesKeepTextsAsTheyAre()
    {
        JsonElement[] rows = [.. File.ReadAllLines(Written("p.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, rows.Length);
        Assert.Equal((1, "no", "é à", "on\ta\nmat", "the"), (
            rows[1].GetProperty("index").GetInt32(), rows[1].GetProperty("prediction").GetString(), rows[1].GetProperty("gold").GetString(),
            rows[1].GetProperty("text").GetString(), rows[1].GetProperty("pair").GetString()));
        Assert.Equal(0.952574, rows[1].GetProperty("probabilities").GetProperty("no").GetDouble(), 6);
    }

    [Fact]
    public void AValueStandsBesideItsText()
    {
        string source = _temporary.File("a.tsv", "the cat\t2.5\na mat\t\n");
        LabelledExamples examples = TaskTable.Regression(Column.Named("s", 1), null, Column.Named("v", 2)).Read([source], [], new RowBuilder(_tokenizer, 16));
        string table = Path.Combine(Path.GetDirectoryName(source)!, "v.tsv");
        PredictionFile.Write(table, examples, [[1.25f], [3f]]);
        Assert.Equal(["index\tprediction\tgold\ttext", "0\t1.250\t2.5\tthe cat", "1\t3.000\t\ta mat"], File.ReadAllLines(table));
        string lines = Path.ChangeExtension(table, ".jsonl");
        PredictionFile.Write(lines, examples, [[1.25f], [3f]]);
        Assert.Equal("""{"index":0,"prediction":1.250,"gold":2.5,"text":"the cat"}""", File.ReadAllLines(lines)[0]);
    }

    [Fact]
    public void WithoutLabelsThereIsNoGold()
    {
        string source = _temporary.File("a.tsv", "the cat\na mat\n");
        LabelledExamples examples = TaskTable.Classification(Column.Named("s", 1), null, Column.Named("l", 2)).Read([source], ["no", "yes"], new RowBuilder(_tokenizer, 16));
        string table = Path.Combine(Path.GetDirectoryName(source)!, "u.tsv");
        PredictionFile.Write(table, examples, [[1, 1], [0, 9]]);
        Assert.Equal(["index\tprediction\ttext\tprobability_no\tprobability_yes", "0\tno\tthe cat\t0.500000\t0.500000"], File.ReadAllLines(table)[..2]);
    }

    [Theory]
    [InlineData("p.csv")]
    [InlineData("p.parquet")]
    [InlineData("p.tsv.gz")]
    public void ATableOfAnotherKindIsRefused(string name) =>
        Assert.Contains(".tsv or .jsonl", Assert.Throws<ArgumentException>(() => PredictionFile.RequireFormat(name)).Message, StringComparison.Ordinal);

    private string Written(string name)
    {
        string source = _temporary.File("a.jsonl", """
            {"a": "the \"cat\" sat \\n", "b": "a mat", "l": "no"}
            {"a": "on\ta\nmat", "b": "the", "l": "é à"}
            """);
        LabelledExamples examples = TaskTable.Classification(Column.Named("a"), Column.Named("b"), Column.Named("l")).Read([source], ["no", "é à"], new RowBuilder(_tokenizer, 32));
        string path = Path.Combine(Path.GetDirectoryName(source)!, name);
        PredictionFile.Write(path, examples, [[0, 1], [3, 0]]);
        return path;
    }
}

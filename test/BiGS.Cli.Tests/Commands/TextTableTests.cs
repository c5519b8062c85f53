using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using BiGS.Support;
using BiGS.Training.Corpora;
using Parquet;
using Parquet.Schema;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Tables of texts come back as they were, with a model's answers as columns behind theirs.</summary>
public sealed class TextTableTests : IDisposable
{
    private const string Sequence = "BiGSForSequenceClassification";

    private readonly SmallModel _classes = new(head: Sequence);

    public void Dispose() => _classes.Dispose();

    [Fact]
    public void ATableKeepsItsColumnsRowsAndCells()
    {
        string[][] cells =
        [
            ["id", "text", "note"],
            ["7", "the farmer sleeps .", "plain"],
            ["007", "the trees, near the farmer", "a \"quoted\" word"],
            ["", "nobody\nknows why .", " blanks "],
            ["-1", "sleep", "5;6"],
        ];
        string table = Written("t.csv", string.Concat(cells.Select(row => DelimitedText.Line(row, ',') + "\r\n")));
        string[][] rows = Cells(Classify(table), ',');
        Assert.Equal(["id", "text", "note", "label", "probability"], rows[0]);
        Assert.Equal(cells, rows.Select(row => row[..3]));
        for (int i = 1; i < rows.Length; i++)
        {
            JsonElement alone = Bigs.Run("classify", "--model", _classes.Folder, "--json", cells[i][1]).Succeeded().Objects[0];
            Assert.Equal(alone.GetProperty("label").GetString(), rows[i][3]);
            Assert.Equal(alone.GetProperty("probabilities").GetProperty(rows[i][3]).GetDouble(), Number(rows[i][4]), 1e-5);
        }
    }

    [Fact]
    public void JsonObjectsKeepTheirFields()
    {
        string[] objects =
        [
            """{"id":7,"text":"the farmer — sleeps .","tags":["a",{"b":null}],"big":1.50}""",
            """{"text":"the \"trees\" <b>","extra":true}""",
        ];
        string table = Written("t.jsonl", string.Join("\n\n", objects) + "\n");
        string[] lines = Classify(table).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        for (int i = 0; i < objects.Length; i++)
        {
            Assert.StartsWith(objects[i][..^1] + ",\"label\":\"", lines[i]);
            JsonElement row = JsonDocument.Parse(lines[i]).RootElement;
            Assert.Equal(3, row.GetProperty("probabilities").EnumerateObject().Count());
            Assert.Equal(row.GetProperty("probability").GetDouble(), row.GetProperty("probabilities").GetProperty(row.GetProperty("label").GetString()!).GetDouble());
        }

        string list = Written("t.json", $"[{string.Join(",\n", objects)}]");
        Assert.Equal(string.Join('\n', lines) + "\n", Classify(list));
    }

    [Theory]
    [InlineData("t.tsv", "text\tid\nthe farmer \"sleeps\"\t1\n", "text\tid\tlabel\tprobability\nthe farmer \"sleeps\"\t1\t")]
    [InlineData("t.csv", "text;id\n\"the farmer; sleeps, too\";1\n", "text;id;label;probability\n\"the farmer; sleeps, too\";1;")]
    [InlineData("t.csv", "text|id\nthe farmer, sleeps|1\nthe farmer|2\n", "text|id|label|probability\nthe farmer, sleeps|1|")]
    public void TheDelimiterStays(string name, string content, string expected) => Assert.StartsWith(expected, Classify(Written(name, content)));

    [Theory]
    [InlineData("out.jsonl", "{\"text\":\"the farmer\",\"id\":\"1\",\"label\":\"")]
    [InlineData("out.tsv", "text\tid\tlabel\tprobability\nthe farmer\t1\t")]
    [InlineData("out.csv", "text;id;label;probability\nthe farmer;1;")]
    [InlineData("below/out.csv.gz", "text;id;label;probability\nthe farmer;1;")]
    public void TheExtensionOfTheOutputDecides(string output, string expected)
    {
        string table = Written("t.csv", "text;id\nthe farmer;1\n");
        Outcome done = Bigs.Run("classify", "--model", _classes.Folder, "--file", table, "--text-column", "text", "--out", At(output)).Succeeded();
        Assert.Equal("", done.Output);
        using Stream file = File.OpenRead(At(output));
        using var reader = new StreamReader(output.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        Assert.StartsWith(expected, reader.ReadToEnd());
        Assert.DoesNotContain(Directory.GetFiles(_classes.Folder), path => path.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void PairsAreReadAsPairs()
    {
        string table = Written("t.tsv", "a\tb\nthe farmer\twhy .\n");
        string[] row = Cells(Classify(table, "a", "--pair-column", "b"), '\t')[1];
        string[] alone = Bigs.RunOn("the farmer\twhy .\n", "classify", "--model", _classes.Folder).Succeeded().Lines[0].Split('\t');
        Assert.Equal(alone[0], row[2]);
        Assert.Equal(Number(alone[1]), Number(row[3]), 1e-4);
    }

    [Fact]
    public void ATableWithoutNamesIsCounted()
    {
        string table = Written("t.tsv", "1\tthe farmer\n2\tthe trees\n");
        string[][] rows = Cells(Classify(table, "2"), '\t');
        Assert.Equal(["1", "2"], rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal(4, row.Length));
        Assert.StartsWith("{\"column_1\":\"1\",\"column_2\":\"the farmer\",\"label\":", Classify(table, "2", "--json"));
    }

    [Fact]
    public void AColumnOfTheSameNameStays()
    {
        string table = Written("t.csv", "label,text\n1,the farmer\n");
        Outcome renamed = Bigs.Run("classify", "--model", _classes.Folder, "--file", table, "--text-column", "text").Succeeded();
        Assert.StartsWith("label,text,predicted_label,predicted_probability\n1,the farmer,", renamed.Output);
        Assert.Contains("has a column \"label\"; the answers are named predicted_label, predicted_probability", renamed.Errors);
        Fails(1, Written("u.csv", "label,predicted_label,text\n1,2,the farmer\n"), "\"label\" and \"predicted_label\" already", "rename a column");
    }

    [Fact]
    public void EmptyTextsAreRefusedUnlessAllowed()
    {
        string table = Written("t.csv", "id,text\n1,the farmer\n2,\n3,  \n4,sleep\n");
        Fails(1, table, "t.csv', line 3: the text is empty (so it is in 2 rows)", "--allow-empty");
        string[][] rows = Cells(Classify(table, "text", "--allow-empty"), ',');
        Assert.Equal(["", ""], rows[2][2..]);
        Assert.Equal(["", ""], rows[3][2..]);
        Assert.Equal(Cells(Classify(Written("u.csv", "id,text\n4,sleep\n")), ',')[1], rows[4]);
        Assert.Contains("\"label\":null,\"probability\":null,\"probabilities\":null}", Classify(table, "text", "--allow-empty", "--json"));
    }

    [Fact]
    public void LongTextsAreFoundBeforeAnythingIsComputed()
    {
        string text = string.Join(' ', Enumerable.Repeat("the farmer", 40));
        string table = Written("t.tsv", $"text\nsleep\n{text}\n");
        Fails(1, table, "t.tsv', line 3: the text has ", $"the model reads at most {SmallModel.Positions}", "--truncate");
        Assert.Equal(3, Cells(Classify(table, "text", "--truncate"), '\t').Length);
    }

    [Fact]
    public void WhatATableOfTabsCannotHoldIsRefused()
    {
        string table = Written("t.csv", "id,text\n1,the farmer\n\"a\tb\",\"the\nfarmer\"\n");
        string output = At("out.tsv");
        Bigs.Run("classify", "--model", _classes.Folder, "--file", table, "--text-column", "text", "--out", output)
            .FailedWith(1, "line 3: column \"id\" holds a tab or a line end", ".csv or .jsonl");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void EveryProbabilityIsAColumnOnRequest()
    {
        string[][] rows = Cells(Classify(Written("t.csv", "text\nthe farmer\n"), "text", "--all-probabilities"), ',');
        Assert.Equal(["text", "label", "probability", "probability_LABEL_0", "probability_LABEL_1", "probability_LABEL_2"], rows[0]);
        Assert.Equal(1, rows[1][3..].Sum(Number), 1e-4);
        Assert.Equal(Number(rows[1][2]), rows[1][3..].Max(Number));
    }

    [Fact]
    public void AModelOfValuesAddsAValue()
    {
        using var values = new SmallModel(head: Sequence, labels: 1);
        string[][] rows = Cells(Bigs.Run("classify", "--model", values.Folder, "--file", Written("t.csv", "text\nthe farmer\n"), "--text-column", "text").Succeeded().Output, ',');
        Assert.Equal(["text", "value"], rows[0]);
        double alone = Bigs.Run("classify", "--model", values.Folder, "--json", "the farmer").Succeeded().Objects[0].GetProperty("value").GetDouble();
        Assert.Equal(alone, Number(rows[1][1]), 1e-4);
    }

    [Fact]
    public void TagsStandBesideTheirWords()
    {
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        string table = Written("t.tsv", "text\nthe farmer, sleeps.\n");
        string[] words = [.. Bigs.Run("tag", "--model", tags.Folder, "the farmer, sleeps.").Succeeded().Lines];
        string[] Run(params string[] more) =>
            Bigs.Run(["tag", "--model", tags.Folder, "--file", table, "--text-column", "text", .. more]).Succeeded().Lines;
        string[] row = Run()[1].Split('\t');
        Assert.Equal("text\twords\ttags", Run()[0]);
        Assert.Equal(words, row[1].Split(' ').Zip(row[2].Split(' '), (word, tag) => $"{word}\t{tag}"));
        JsonElement json = JsonDocument.Parse(Run("--json")[0]).RootElement;
        Assert.Equal(row[1].Split(' '), json.GetProperty("words").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(row[2].Split(' '), json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    [Fact]
    public void VectorsAreGivenBackByTheirDigits()
    {
        string table = Written("t.csv", "title,n\nthe farmer,1\nthe trees,2\n");
        float[][] alone = [.. Bigs.Run("embed", "--model", _classes.Folder, "--json", "the farmer", "the trees").Succeeded().Objects
            .Select(row => row.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())];
        string[] Run(params string[] more) =>
            Bigs.Run(["embed", "--model", _classes.Folder, "--file", table, "--text-column", "title", .. more]).Succeeded().Lines;
        string[] lines = Run();
        Assert.Equal("title,n,embedding", lines[0]);
        Assert.Equal(alone, lines.Skip(1).Select(line => line.Split(',')[2].Split(' ').Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray()));
        Assert.Equal(alone, Run("--json").Select(line =>
            JsonDocument.Parse(line).RootElement.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray()));
        Assert.NotEqual(lines, Run("--raw"));
    }

    [Fact]
    public void ManyRowsStayInOrder()
    {
        string[] words = ["the", "farmer", "near", "trees", "sleeps", "sleep", "nobody", "knows", "why"];
        string[] texts = [.. Enumerable.Range(0, 1_300).Select(i => string.Join(' ', Enumerable.Range(0, 1 + (i % 7)).Select(j => words[(i + (j * j)) % words.Length])))];
        string table = Written("t.tsv", "n\ttext\n" + string.Concat(texts.Select((text, i) => $"{i}\t{text}\n")));
        string[][] rows = Cells(Classify(table), '\t');
        Assert.Equal(Enumerable.Range(0, 1_300).Select(i => $"{i}"), rows.Skip(1).Select(row => row[0]));
        string[] alone = Bigs.RunOn(string.Join('\n', texts), "classify", "--model", _classes.Folder).Succeeded().Lines;
        Assert.Equal(alone.Select(line => line.Split('\t')[0]), rows.Skip(1).Select(row => row[2]));
    }

    [Fact]
    public async Task ParquetIsWrittenAsJsonLines()
    {
        string table = At("t.parquet");
        await WriteParquet(table, "the farmer", "the trees");
        string[] lines = Classify(table).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("{\"text\":\"the farmer\",\"label\":\"", lines[0]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public void NothingIsReplacedUnasked()
    {
        string table = Written("t.csv", "text\nthe farmer\n");
        string there = Written("there.csv", "mine");
        string[] run = ["classify", "--model", _classes.Folder, "--file", table, "--text-column", "text", "--out"];
        Bigs.Run([.. run, there]).FailedWith(1, "there.csv", "--overwrite");
        Bigs.Run([.. run, table, "--overwrite"]).FailedWith(1, "t.csv");
        Assert.Equal("mine", File.ReadAllText(there));
        Assert.Equal("text\nthe farmer\n", File.ReadAllText(table));
        Bigs.Run([.. run, there, "--overwrite"]).Succeeded();
        Assert.StartsWith("text,label", File.ReadAllText(there));
    }

    [Theory]
    [InlineData("classify --file t.csv", "--text-column NAME is missing")]
    [InlineData("classify --file t.csv --text-column text more", "\"more\" is given beside it")]
    [InlineData("classify --text-column text why", "--text-column belongs to --file")]
    [InlineData("embed --out vectors.jsonl why", "--out belongs to --file")]
    [InlineData("tag --delimiter ; why", "--delimiter belongs to --file")]
    [InlineData("classify --all-probabilities why", "--all-probabilities belongs to --file")]
    [InlineData("classify --file t.csv --text-column text --json --out t.tsv", "--json asks for JSON Lines, and --out is t.tsv")]
    [InlineData("tag --file t.csv --text-column text --pair-column b", "no option \"--pair-column\"")]
    public void OptionsThatContradictAreRefused(string command, string said) => Bigs.Run(command.Split(' ')).FailedWith(2, said);

    [Theory]
    [InlineData("nowhere.csv", null, "'", "nowhere.csv' does not exist")]
    [InlineData("", null, "is a folder; expected a table", ".jsonl")]
    [InlineData("t.xlsx", "text", "t.xlsx", "is not a table by its extension")]
    [InlineData("t.csv", "txt\nthe farmer\n", "no column \"text\"", "txt")]
    [InlineData("t.csv", "text\n", "holds no row")]
    [InlineData("t.jsonl", "{\"text\":[\"the\",\"farmer\"]}\n", "line 1: \"text\" is a JSON Array; expected a text")]
    [InlineData("t.jsonl", "{\"text\":\"the \\ud83d\"}\n", "line 1", "surrogate")]
    public void TablesThatCannotBeReadAreRefused(string name, string? content, params string[] said) =>
        Fails(1, content is null ? At(name) : Written(name, content), said);

    [Fact]
    public void OtherEndingsAreNoTables()
    {
        string table = Written("t.csv", "text\nthe farmer\n");
        Bigs.Run("classify", "--model", _classes.Folder, "--file", table, "--text-column", "text", "--out", At("out.xlsx")).FailedWith(1, "out.xlsx", ".csv, .tsv or .jsonl");
    }

    private static async Task WriteParquet(string path, params string[] texts)
    {
        var text = new DataField<string>("text");
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text), file);
        using ParquetRowGroupWriter rows = writer.CreateRowGroup();
        await rows.WriteAsync(text, texts);
        rows.CompleteValidate();
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Cells as a reader of tables has them.</summary>
    private string[][] Cells(string lines, char delimiter)
    {
        string path = Written($"read-back.{(delimiter == '\t' ? "tsv" : "csv")}", lines);
        var columns = Enumerable.Range(1, 20).Select(number => new Column([], number, Optional: true)).ToArray();
        return [.. TableFile.Open(path, columns, new TableOptions { Delimiter = delimiter }).Rows.Select(row => row.Cells.Select(cell => cell!).ToArray())];
    }

    private string At(string name) => _classes.File(name);

    private string Written(string name, string content) => _classes.Written(name, content);

    private string Classify(string table, string column = "text", params string[] more) =>
        Bigs.Run(["classify", "--model", _classes.Folder, "--file", table, "--text-column", column, .. more]).Succeeded().Output;

    private void Fails(int code, string table, params string[] said) =>
        Bigs.Run("classify", "--model", _classes.Folder, "--file", table, "--text-column", "text").FailedWith(code, said);
}

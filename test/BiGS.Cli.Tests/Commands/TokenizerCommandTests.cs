using System.IO.Compression;
using System.Text.Json;
using BiGS.Cli.Output;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class TokenizerCommandTests
{
    [Theory]
    [Trait("Category", "Golden")]
    [InlineData(true)]
    [InlineData(false)]
    public void EncodesTheGoldenTexts(bool lower)
    {
        string path = GoldenFiles.Path("tokenizer", "single.jsonl.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        string[] lines = [.. LineReader.Lines(reader).Where(line => Parse(line).GetProperty("lower").GetBoolean() == lower)];
        Assert.NotEmpty(lines);
        Outcome outcome = Bigs.RunOn(string.Join('\n', lines), ["tokenizer", "encode", "--json", "--no-special-tokens",
            "--vocab", GoldenFiles.Path("tokenizer", "vocab.txt"), .. lower ? (string[])[] : ["--cased"]]).Succeeded();
        Assert.Equal(lines.Length, outcome.Objects.Length);
        Assert.All(lines.Zip(outcome.Objects), pair =>
        {
            AssertSame(pair.First, pair.Second, "tokens", "ids");
            Assert.Equal(pair.Second.GetProperty("ids").GetArrayLength(), pair.Second.GetProperty("offsets").GetArrayLength());
        });
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void EncodesTheGoldenPairs()
    {
        string vocabulary = GoldenFiles.Path("tokenizer", "vocab.txt");
        string[] lines = File.ReadAllLines(GoldenFiles.Path("tokenizer", "pair.jsonl"));
        Assert.All(lines.GroupBy(line => Parse(line).GetProperty("max_length").GetInt32()), group =>
        {
            Outcome outcome = Bigs.RunOn(string.Join('\n', group), "tokenizer", "encode", "--json", "--vocab", vocabulary, "--max-length", $"{group.Key}").Succeeded();
            Assert.Equal(group.Count(), outcome.Objects.Length);
            Assert.All(group.Zip(outcome.Objects), pair => AssertSame(pair.First, pair.Second, "input_ids", "token_type_ids"));
        });
    }

    [Fact]
    public void OffsetsCountCharacters()
    {
        using var model = new SmallModel();
        JsonElement encoded = Bigs.Run("tokenizer", "encode", "--json", "--no-special-tokens", "--model", model.Folder, "🌲🌲 the 🌲 trees").Succeeded().Objects.Single();
        Assert.Equal("""["[UNK]","the","[UNK]","trees"]""", encoded.GetProperty("tokens").ToString());
        Assert.Equal("[[0,2],[3,6],[7,8],[9,14]]", encoded.GetProperty("offsets").ToString());
    }

    [Fact]
    public void ALineIsTextUnlessItIsAnObjectOfTexts()
    {
        using var model = new SmallModel();
        string[] Tokens(string line) => [.. Bigs.RunOn(line, "tokenizer", "encode", "--json", "--model", model.Folder).Succeeded()
            .Objects.Single().GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];
        string[] trees = ["[CLS]", "the", "trees", "[SEP]"];
        Assert.Equal(trees, Tokens("the trees"));
        Assert.Equal(trees, Tokens("""{"text": "the trees", "id": 7}"""));
        Assert.Equal([.. trees, "sleep", "[SEP]"], Tokens("""{"a": "the trees", "b": "sleep"}"""));
        Assert.Contains("[UNK]", Tokens("{the trees"));
        Assert.Contains("[UNK]", Tokens("""{"words": "the trees"}"""));
    }

    [Fact]
    public void DecodingUndoesEncoding()
    {
        using var model = new SmallModel();
        string texts = "the farmer sleeps.\nnobody knows why, and the trees sleep\r\n\nthe\n";
        string ids = Bigs.RunOn(texts, "tokenizer", "encode", "--model", model.Folder).Succeeded().Output;
        Assert.Equal(4, ids.Count(c => c == '\n'));
        Assert.Equal(texts.Replace("\r", ""), Bigs.RunOn(ids, "tokenizer", "decode", "--model", model.Folder).Succeeded().Output);
        string first = ids.Split('\n')[0];
        Assert.Equal("[CLS] the farmer sleeps. [SEP]\n", Bigs.Run(["tokenizer", "decode", "--keep-special-tokens", "--vocab", model.File("vocab.txt"), .. first.Split(' ')]).Succeeded().Output);
        Assert.Equal("the farmer sleeps.\n", Bigs.RunOn($"[{first.Replace(" ", ", ")}]", "tokenizer", "decode", "--model", model.Folder).Succeeded().Output);
    }

    [Fact]
    public void LinesArePartedByLineFeedsOnly()
    {
        CsCheck.Check.Sample(CsCheck.Gen.String[CsCheck.Gen.Char["ab\r\n\u2028"], 0, 40], text =>
        {
            string[] expected = [.. text.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line)];
            IEnumerable<string> wanted = text.Length == 0 || text.EndsWith('\n') ? expected[..^1] : expected;
            Assert.Equal(wanted, LineReader.Lines(new StringReader(text)));
        });
    }

    [Fact]
    public void LearnsAVocabulary()
    {
        using var model = new SmallModel();
        string corpus = model.Written("a,b.txt", SmallModel.Text);
        string folder = model.File("learned");
        Outcome outcome = Bigs.Run("tokenizer", "train", "--corpus", $"{corpus}", "--size", "5000", "--out", folder, "--min-frequency", "2").Succeeded();
        Assert.Equal("", outcome.Output);
        Assert.Contains("5,000 were asked for", outcome.Errors);
        Assert.Contains("the\n", File.ReadAllText(Path.Combine(folder, "vocab.txt")));
        Bigs.Run("tokenizer", "train", "--corpus", corpus, "--size", "60", "--out", folder).FailedWith(1, "there is a vocab.txt already", "--overwrite");
        string second = model.Written("c.txt", "The Zebra\n");
        Bigs.Run("tokenizer", "train", "--corpus", $"{model.File("config.txt")},{second}", "--size", "60", "--out", folder, "--overwrite").FailedWith(1, "config.txt", "does not exist");
        model.Written("config.txt", "the sheep");
        Bigs.Run("tokenizer", "train", "--corpus", $"{model.File("config.txt")},{second}", "--size", "60", "--out", folder, "--overwrite", "--cased").Succeeded();
        Assert.Contains("Z\n", File.ReadAllText(Path.Combine(folder, "vocab.txt")));
    }

    [Theory]
    [InlineData("encode", "--max-length 1 the", "1 has no room for the 2 special tokens")]
    [InlineData("decode", "1 x", "\"x\" is not an id")]
    [InlineData("decode", "1 99999", "99999 is not an id of this vocabulary")]
    public void ErrorsNameWhatWasFound(string verb, string rest, string part)
    {
        using var model = new SmallModel();
        Bigs.Run(["tokenizer", verb, "--model", model.Folder, .. rest.Split(' ')]).FailedWith(1, part);
    }

    [Fact]
    public void AMissingVocabularyIsNamed() => Bigs.Run("tokenizer", "encode", "--vocab", "none.txt", "x").FailedWith(1, "none.txt");

    private static void AssertSame(string expected, JsonElement actual, params string[] members) => Assert.All(members, member => Assert.True(
        JsonElement.DeepEquals(Parse(expected).GetProperty(member), actual.GetProperty(member)), $"{expected}\n{actual}"));

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;
}

using System.IO.Compression;
using System.Text.Json;
using BiGS.Support;
using BiGS.Tokenizers;

namespace BiGS.Tests.Tokenizers;

/// <summary>Every line of the golden files, token by token.</summary>
[Trait("Category", "Golden")]
public class GoldenTests
{
    [Fact]
    public void Single_texts_agree()
    {
        BertTokenizer lower = Open(lowerCase: true);
        BertTokenizer cased = Open(lowerCase: false);
        int lines = 0;
        foreach (JsonElement line in Lines("single.jsonl.gz"))
        {
            BertTokenizer tokenizer = line.GetProperty("lower").GetBoolean() ? lower : cased;
            string text = line.GetProperty("text").GetString()!;
            TokenizedText encoding = tokenizer.Encode(text, addSpecialTokens: false);
            Assert.Equal(line.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()), encoding.Tokens);
            Assert.Equal(Integers(line, "ids"), encoding.Ids);
            var fast = new List<int>();
            tokenizer.EncodeIds(text, fast);
            Assert.Equal(encoding.Ids, fast);
            lines++;
        }
        Assert.True(lines > 0);
    }

    [Fact]
    public void Pairs_agree()
    {
        BertTokenizer tokenizer = Open(lowerCase: true);
        int lines = 0;
        foreach (JsonElement line in Lines("pair.jsonl"))
        {
            TokenizedText encoding = tokenizer.Encode(
                line.GetProperty("a").GetString()!, line.GetProperty("b").GetString(), line.GetProperty("max_length").GetInt32());
            Assert.Equal(Integers(line, "input_ids"), encoding.Ids);
            Assert.Equal(Integers(line, "token_type_ids"), encoding.TokenTypeIds);
            lines++;
        }
        Assert.True(lines > 0);
    }

    private static BertTokenizer Open(bool lowerCase) => BertTokenizer.Open(GoldenFiles.Path("tokenizer", "vocab.txt"), lowerCase);

    private static IEnumerable<int> Integers(JsonElement line, string key) => line.GetProperty(key).EnumerateArray().Select(id => id.GetInt32());

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using Stream stream = File.OpenRead(GoldenFiles.Path("tokenizer", file));
        using var reader = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is string line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }
}

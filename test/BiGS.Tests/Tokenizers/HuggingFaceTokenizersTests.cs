using System.IO.Compression;
using System.Text.Json;
using BiGS.Support;
using BiGS.Tokenizers;
using HuggingFace = Tokenizers.DotNet.Tokenizer;

namespace BiGS.Tests.Tokenizers;

/// <summary>The tokenizer.json that is written, opened by Hugging Face's own library: every text of the golden files gets the same ids there.</summary>
[Trait("Category", "Golden")]
public sealed class HuggingFaceTokenizersTests : IDisposable
{
    private static readonly string[] OfManyScripts =
    [
        "The café near the trees. Naïve, isn't it? Ångström, façade — “quoted” …", "мой чай, ёлка и стресс: за́мок йод", "나는 학교에 간다. 오늘은 날씨가 좋다.", "ｶﾞ ガ が ぎ 日本語の文",
        "क़लम और कलम", "Việt Nam: những người ΣΊΣΥΦΟΣ ἄνθρωπος İstanbul Işık",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_vocabulary_gives_the_same_ids(bool lowerCase) => AssertSame(BertTokenizer.Open(GoldenFiles.Path("tokenizer", "vocab.txt"), lowerCase));

    [Fact]
    public void A_vocabulary_that_strips_accents_by_script_gives_the_same_ids()
    {
        BertTokenizer learned = new WordPieceTrainer { Size = 500 }.Train(OfManyScripts.Concat(OfManyScripts), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(learned.Normalizer.LatinAccentsOnly);
        AssertSame(learned);
    }

    private void AssertSame(BertTokenizer ours)
    {
        ours.Save(_folder.Path);
        using var theirs = new HuggingFace(Path.Combine(_folder.Path, "tokenizer.json"));
        string[] texts = [.. OfManyScripts, .. GoldenTexts()];
        Assert.True(texts.Length > 1_000);
        Assert.All(texts, text => Assert.Equal(ours.Encode(text).Ids, theirs.Encode(text).Select(id => (int)id)));
    }

    /// <summary>Without lone surrogates, which Rust's strings cannot hold.</summary>
    private static IEnumerable<string> GoldenTexts()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(GoldenFiles.Path("tokenizer", "single.jsonl.gz")), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            string text = JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!;
            if (!text.EnumerateRunes().Contains(System.Text.Rune.ReplacementChar))
            {
                yield return text;
            }
        }
    }
}

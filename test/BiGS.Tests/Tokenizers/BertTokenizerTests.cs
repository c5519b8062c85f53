using BiGS.Support;
using BiGS.Tokenizers;
using CsCheck;

namespace BiGS.Tests.Tokenizers;

public class BertTokenizerTests
{
    private static readonly string[] Letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];

    private static readonly WordPieceVocabulary Vocabulary = new(((string[])
    [
        .. WordPieceVocabulary.SpecialTokens, .. Letters, .. Letters.Select(letter => "##" + letter),
        "hello", "un", "##aff", "##able", "##ble", "hug", "##s", "É", "é", "##é", "日", "中", "한국어", "한", "##국", "\u1112", "##\u1161", "##\u11ab", "𝒜", "##𝒜",
        ",", ".", "!", "?", "'", "[", "]", "#", "-", "=", "σ", "##σ", "ﬁ", "[UNK][PAD]",
    ]).Distinct());

    private static readonly BertTokenizer[] All =
    [
        new(Vocabulary),
        new(Vocabulary, new BertNormalizer { LowerCase = false }),
        new(Vocabulary, new BertNormalizer { StripAccents = false, TokenizeChineseChars = false }),
        new(Vocabulary, new BertNormalizer { LowerCase = false, StripAccents = true }, ["hello", "[UNK][PAD]"]),
    ];

    private static BertTokenizer Uncased => All[0];

    [Fact]
    public void Takes_the_longest_piece_first()
    {
        TokenizedText encoding = Uncased.Encode("Hello unaffable, HUGS!");
        Assert.Equal(["[CLS]", "hello", "un", "##aff", "##able", ",", "hug", "##s", "!", "[SEP]"], encoding.Tokens);
        Assert.Equal([(0, 0), (0, 5), (6, 8), (8, 11), (11, 15), (15, 16), (17, 20), (20, 21), (21, 22), (0, 0)], encoding.Offsets);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0, 0, 1], encoding.SpecialTokensMask);
        Assert.Equal(encoding.Tokens.Select(Vocabulary.Id), encoding.Ids);
        Assert.All(encoding.AttentionMask, one => Assert.Equal(1, one));
        Assert.All(encoding.TokenTypeIds, zero => Assert.Equal(0, zero));
    }

    [Fact]
    public void Joins_pairs()
    {
        TokenizedText encoding = Uncased.Encode("hello", "un hug");
        Assert.Equal(["[CLS]", "hello", "[SEP]", "un", "hug", "[SEP]"], encoding.Tokens);
        Assert.Equal([0, 0, 0, 1, 1, 1], encoding.TokenTypeIds);
        Assert.Equal([1, 0, 1, 0, 0, 1], encoding.SpecialTokensMask);
        Assert.Equal([(0, 0), (0, 5), (0, 0), (0, 2), (3, 6), (0, 0)], encoding.Offsets);
        TokenizedText bare = Uncased.Encode("hello", "un hug", addSpecialTokens: false);
        Assert.Equal(["hello", "un", "hug"], bare.Tokens);
        Assert.Equal([0, 1, 1], bare.TokenTypeIds);
        Assert.Equal([0, 0, 0], bare.SpecialTokensMask);
    }

    [Theory]
    [InlineData("a b c d", null, 4, "[CLS] a b [SEP]")]
    [InlineData("a b", null, 2, "[CLS] [SEP]")]
    [InlineData("a b c d", "x y", 7, "[CLS] a b [SEP] x y [SEP]")]
    [InlineData("a b", "x y", 6, "[CLS] a b [SEP] x [SEP]")]
    [InlineData("a", "x y z", 5, "[CLS] a [SEP] x [SEP]")]
    [InlineData("a", "x y z", 3, "[CLS] [SEP] [SEP]")]
    public void Truncates_the_longest_first(string text, string? pair, int maxLength, string expected) =>
        Assert.Equal(expected.Split(' '), Uncased.Encode(text, pair, maxLength).Tokens);

    [Fact]
    public void Ends_or_beginnings_are_cut()
    {
        Assert.Equal(["[CLS]", "a", "b", "[SEP]"], Uncased.Encode("a b c d", maxLength: 4).Tokens);
        Assert.Equal(["[CLS]", "c", "d", "[SEP]"], Uncased.Encode("a b c d", maxLength: 4, truncationSide: TruncationSide.Start).Tokens);
        Assert.Equal(["[CLS]", "c", "d", "[SEP]", "z", "[SEP]"], Uncased.Encode("a b c d", "y z", maxLength: 6, truncationSide: TruncationSide.Start).Tokens);
    }

    [Fact]
    public void Ids_that_are_there_already_get_what_is_added_once()
    {
        TokenizedText whole = Uncased.Encode("hello hugs");
        Assert.Equal(whole.Ids, Uncased.Encode(whole.Ids).Ids);
        Assert.Equal(whole.Ids, Uncased.Encode([.. whole.Ids.Skip(1).SkipLast(1)]).Ids);
        Assert.Equal(whole.SpecialTokensMask, Uncased.Encode(whole.Ids).SpecialTokensMask);
        Assert.Equal([whole.Ids[0], .. whole.Ids.TakeLast(2)], Uncased.Encode(whole.Ids, maxLength: 3, TruncationSide.Start).Ids);
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode([-1]));
    }

    [Fact]
    public void Refuses_a_length_without_room()
    {
        Assert.Contains("at least 2", Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", null, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("at least 3", Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", "b", 2)).Message, StringComparison.Ordinal);
        Assert.Empty(Uncased.Encode("a", "b", 0, addSpecialTokens: false).Ids);
    }

    [Fact]
    public void Keeps_special_tokens_whole()
    {
        TokenizedText encoding = Uncased.Encode("x[MASK]y [mask] [SEP]", addSpecialTokens: false);
        Assert.Equal(["x", "[MASK]", "y", "[", "m", "##a", "##s", "##k", "]", "[SEP]"], encoding.Tokens);
        Assert.Equal((1, 7), encoding.Offsets[1]);
        Assert.Equal((16, 21), encoding.Offsets[^1]);
        Assert.Equal(["x", "hello", "[UNK][PAD]", "[PAD]"], All[3].Encode("xhello[UNK][PAD][PAD]", addSpecialTokens: false).Tokens);
        Assert.Throws<ArgumentException>(() => new BertTokenizer(Vocabulary, additionalSpecialTokens: ["[ENTITY]"]));
    }

    [Theory]
    [InlineData("a", 100, 100)]
    [InlineData("a", 101, 1)]
    [InlineData("𝒜", 100, 100)]
    [InlineData("𝒜", 101, 1)]
    public void Words_over_100_characters_are_unknown(string letter, int length, int tokens)
    {
        TokenizedText encoding = All[1].Encode(string.Concat(Enumerable.Repeat(letter, length)), addSpecialTokens: false);
        Assert.Equal(tokens, encoding.Ids.Count);
        Assert.Equal(tokens == 1, encoding.Ids[0] == Vocabulary.UnknownId);
    }

    [Theory]
    [InlineData("hello unaffable, hugs!", "hello unaffable, hugs!")]
    [InlineData("hello [MASK] zebra's", "hello zebra's")]
    [InlineData("", "")]
    public void Decodes(string text, string expected) => Assert.Equal(expected, Uncased.Decode(Uncased.Encode(text).Ids));

    [Fact]
    public void Decodes_special_tokens_where_asked()
    {
        Assert.Equal("[CLS] hug [MASK] [SEP]", Uncased.Decode(Uncased.Encode("hug[MASK]").Ids, skipSpecialTokens: false));
        Assert.Contains($"0 to {Vocabulary.Count - 1}",
            Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Decode([Vocabulary.Count])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Korean_comes_back_composed()
    {
        var korean = new BertTokenizer(Vocabulary, new BertNormalizer { StripAccents = false });
        Assert.Equal("한국어 한국", korean.Decode(korean.Encode("한국어 한국").Ids));
        Assert.Equal(["한국어", "한", "##국"], korean.Encode("한국어 한국", addSpecialTokens: false).Tokens);
    }

    [Fact]
    public void The_fast_form_equals_the_slow() => Gen.Select(Texts.Any, Texts.Among(All)).Sample((text, tokenizer) =>
    {
        var ids = new List<int> { -1 };
        tokenizer.EncodeIds(text, ids);
        Assert.Equal([-1, .. tokenizer.Encode(text, addSpecialTokens: false).Ids], ids);
    }, iter: 5000);

    [Fact]
    public void Offsets_show_where_tokens_stand() => Gen.Select(Texts.Any, Texts.Among(All)).Sample((text, tokenizer) =>
    {
        TokenizedText encoding = tokenizer.Encode(text, addSpecialTokens: false);
        (int Start, int End) last = (0, 0);
        foreach ((string token, (int Start, int End) here) in encoding.Tokens.Zip(encoding.Offsets))
        {
            Assert.InRange(here.Start, last.Start, text.Length);
            Assert.InRange(here.End, Math.Max(last.End, here.Start + 1), text.Length);
            string slice = text[here.Start..here.End];
            if (token != "[UNK]" && slice != token)
            {
                string piece = token.StartsWith("##", StringComparison.Ordinal) ? token[2..] : token;
                Assert.Contains(piece, tokenizer.Normalizer.Normalize(slice).Text, StringComparison.Ordinal);
            }
            last = here;
        }
    }, iter: 5000);

    [Fact]
    public void Truncation_keeps_the_beginnings() => Gen.Select(Texts.Any, Texts.Any, Gen.Int[3, 40]).Sample((text, pair, maxLength) =>
    {
        int first = Uncased.Encode(text, addSpecialTokens: false).Ids.Count;
        int second = Uncased.Encode(pair, addSpecialTokens: false).Ids.Count;
        while (first + second + 3 > maxLength)
        {
            (first, second) = first > second ? (first - 1, second) : (first, second - 1);
        }
        TokenizedText encoding = Uncased.Encode(text, pair, maxLength);
        Assert.Equal([Vocabulary.ClassificationId, .. Uncased.Encode(text, addSpecialTokens: false).Ids.Take(first), Vocabulary.SeparatorId,
            .. Uncased.Encode(pair, addSpecialTokens: false).Ids.Take(second), Vocabulary.SeparatorId], encoding.Ids);
        Assert.Equal(second + 1, encoding.TokenTypeIds.Sum());
    }, iter: 500);

    // More words than the cache has places, from many threads at once: no thread sees another word's ids.
    [Fact]
    public void One_tokenizer_serves_many_threads()
    {
        var tokenizer = new BertTokenizer(Vocabulary);
        string[] texts = [.. Enumerable.Range(0, 400).Select(text => string.Join(' ', Enumerable.Range(0, 300).Select(word => Word(text % 200 * 300 + word))))];
        Parallel.ForEach(texts, text =>
        {
            var ids = new List<int>();
            tokenizer.EncodeIds(text, ids);
            Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false).Ids, ids);
        });

        static string Word(int number) => string.Concat(number.ToString("x8").Select(digit => (char)('a' + Convert.ToInt32(digit.ToString(), 16))));
    }

    [Fact]
    public void The_fingerprint_tells_tokenizers_apart()
    {
        string[] fingerprints = [.. All.Select(tokenizer => tokenizer.Fingerprint),
            new BertTokenizer(new WordPieceVocabulary([.. Vocabulary.Tokens, "new"])).Fingerprint];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
        Assert.Equal(Uncased.Fingerprint, new BertTokenizer(Vocabulary, new BertNormalizer { StripAccents = true }).Fingerprint);
    }

    /// <summary>The lines of the golden file; with <c>BIGS_SLOW=1</c> also a whole file of Simple-English Wikipedia.</summary>
    [Fact]
    public void The_fast_form_equals_the_slow_on_real_text()
    {
        BertTokenizer tokenizer = BertTokenizer.Open(GoldenFiles.Path("tokenizer", "vocab.txt"));
        IEnumerable<string> texts = Lines(GoldenFiles.Path("tokenizer", "single.jsonl.gz"))
            .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!["text"]!.GetValue<string>());
        if (Environment.GetEnvironmentVariable("BIGS_SLOW") == "1")
        {
            texts = texts.Concat(Lines(Shared.Path("data", "corpus", "wiki_simple.valid.txt.gz")));
        }

        foreach (string text in texts)
        {
            var ids = new List<int>();
            tokenizer.EncodeIds(text, ids);
            Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false).Ids, ids);
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var file = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress));
        while (file.ReadLine() is string line)
        {
            yield return line;
        }
    }
}

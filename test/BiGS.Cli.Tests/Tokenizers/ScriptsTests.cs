using System.Text;
using BiGS.Cli.Tests.Commands;
using BiGS.Support;
using BiGS.Tokenizers;
using CsCheck;
using Encoding = BiGS.Tokenizers.TokenizedText;

namespace BiGS.Cli.Tests.Tokenizers;

/// <summary>Vocabularies of every script: what is learned keeps the letters whole, and what BERT's own vocabularies read stays as it was.</summary>
public class ScriptsTests
{
    private const string Korean = "나는 학교에 간다. 오늘은 날씨가 좋다. 고양이가 의자 위에서 잔다. 나는 책을 읽는다. 학교는 언덕 위에 있다.";

    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormD)]
    public void KoreanIsLearnedInWholeSyllables(NormalizationForm form)
    {
        BertTokenizer tokenizer = Learned(Korean.Normalize(form));
        Assert.DoesNotContain(tokenizer.Vocabulary.Tokens, token => token.Any(letter => letter is >= '\u1100' and <= '\u11FF'));
        Assert.Contains("학교", tokenizer.Vocabulary.Tokens);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        BertTokenizer opened = BertTokenizer.Open(folder.Path);
        Assert.Equal(tokenizer.Fingerprint, opened.Fingerprint);
        foreach (NormalizationForm written in (NormalizationForm[])[NormalizationForm.FormC, NormalizationForm.FormD])
        {
            TokenizedText encoding = opened.Encode("나는 학교에 간다".Normalize(written), addSpecialTokens: false);
            Assert.DoesNotContain("[UNK]", encoding.Tokens);
            Assert.Equal("나는 학교에 간다", opened.Decode(encoding.Ids));
        }
    }

    [Fact]
    public void OffsetsLeadIntoTheTextAsItIsWritten()
    {
        BertTokenizer tokenizer = Learned(Korean);
        string decomposed = "나는 학교".Normalize(NormalizationForm.FormD);
        TokenizedText encoding = tokenizer.Encode(decomposed, addSpecialTokens: false);
        (int Start, int End) last = encoding.Offsets[^1];
        Assert.Equal("학교", decomposed[last.Start..last.End].Normalize(NormalizationForm.FormC));
    }

    [Theory]
    [InlineData("が ぎ ぐ", "が")]
    [InlineData("क़लम कलम", "क़लम")]
    [InlineData("мой чай", "мой")]
    [InlineData("สวัสดี", "สวัสดี")]
    public void AMarkThatIsPartOfALetterStays(string text, string word)
    {
        BertTokenizer tokenizer = Learned(string.Join(' ', Enumerable.Repeat(text, 5)));
        TokenizedText encoding = tokenizer.Encode(word, addSpecialTokens: false);
        Assert.DoesNotContain("[UNK]", encoding.Tokens);
        Assert.Equal(word.Normalize(NormalizationForm.FormC), tokenizer.Decode(encoding.Ids));
    }

    [Theory]
    [InlineData(true, null, "İstanbul Işık ılık Über", "istanbul isık ılık uber")]
    [InlineData(true, false, "İstanbul Işık ılık Über", "i\u0307stanbul işık ılık über")]
    [InlineData(false, null, "İstanbul Işık ılık Über", "İstanbul Işık ılık Über")]
    public void CaseAndAccentsAreAsTheOptionsSay(bool lowerCase, bool? stripAccents, string text, string expected)
    {
        foreach (NormalizationForm written in (NormalizationForm[])[NormalizationForm.FormC, NormalizationForm.FormD])
        {
            BertTokenizer tokenizer = new WordPieceTrainer { Size = 200, LowerCase = lowerCase, StripAccents = stripAccents }.Train([text, text, text], cancellationToken: Now);
            Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text.Normalize(written)).Ids));
        }
    }

    [Fact]
    public void NfkcJoinsWhatLooksAlike()
    {
        BertTokenizer tokenizer = new WordPieceTrainer { Size = 200, Form = NormalizationForm.FormKC }.Train(["ｶﾞ ガ ① 1 ﬁn fin … ..."], cancellationToken: Now);
        Assert.Equal(tokenizer.Encode("ガ 1 fin ...").Ids, tokenizer.Encode("ｶﾞ ① ﬁn …").Ids);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        Assert.Contains("\"unicode_normalization\": \"nfkc\"", File.ReadAllText(Path.Combine(folder.Path, "tokenizer_config.json")));
        Assert.Equal(tokenizer.Fingerprint, BertTokenizer.Open(folder.Path).Fingerprint);
    }

    [Fact]
    public void EnglishIsReadAsBertReadsIt()
    {
        BertTokenizer tokenizer = Learned("The café near the trees. Naïve, isn't it?");
        Assert.Equal(new BertNormalizer(), tokenizer.Normalizer);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        string config = File.ReadAllText(Path.Combine(folder.Path, "tokenizer_config.json"));
        Assert.DoesNotContain("unicode_normalization", config);
        Assert.DoesNotContain("latin", config);
    }

    /// <summary>Hugging Face reads strip_accents alone: it must not say of Korean what would break it up.</summary>
    [Fact]
    public void WhatIsSavedIsTrueOfHuggingFaceToo()
    {
        using var folder = new TemporaryFolder();
        Learned(Korean).Save(folder.Path);
        string config = File.ReadAllText(Path.Combine(folder.Path, "tokenizer_config.json"));
        Assert.Contains("\"strip_accents\": false", config);
        Assert.Contains("\"strip_latin_accents\": true", config);
        Assert.Contains("\"unicode_normalization\": \"nfc\"", config);
    }

    [Fact]
    public void BothReadersOfATextAgree() => Gen.Select(Texts.Any, Texts.Among(
        new BertNormalizer { Form = NormalizationForm.FormC, LatinAccentsOnly = true },
        new BertNormalizer { Form = NormalizationForm.FormKC, LatinAccentsOnly = true },
        new BertNormalizer { Form = NormalizationForm.FormC, StripAccents = false },
        new BertNormalizer { Form = NormalizationForm.FormKC, LowerCase = false })).Sample((text, normalizer) =>
    {
        NormalizedText whole = normalizer.Normalize(text);
        string[] words = [.. BertPreTokenizer.Words(whole.Text).Select(word => whole.Text[word])];
        var read = new List<string>();
        Span<char> buffer = stackalloc char[WordReader.BufferLength];
        var reader = new WordReader(new CharacterTable(normalizer), text, buffer);
        while (reader.Read())
        {
            read.Add(reader.IsTooLong ? words[read.Count] : reader.Word.ToString());
        }

        Assert.Equal(words, read);
        Assert.All(whole.Offsets, offset => Assert.InRange(offset.End, offset.Start + 1, text.Length));
    }, iter: 1500);

    [Fact]
    public void TheAlphabetCoversScriptsOfManyLetters()
    {
        string text = string.Join(' ', Enumerable.Range(0, 1500).Select(i => $"{(char)('가' + i)}{(char)('가' + ((i * 7) % 1500))}"));
        BertTokenizer tokenizer = WordPieceTrainer.ForText(8000).Train([text], cancellationToken: Now);
        Assert.DoesNotContain(tokenizer.Vocabulary.UnknownId, tokenizer.Encode(text).Ids);
        Assert.InRange(WordPieceTrainer.ForText(1000).Train([text], cancellationToken: Now).VocabularySize, 300, 1000);
    }

    [Fact]
    public void TheCommandLearnsThemAndWarnsOfAnotherScript()
    {
        using var folder = new TemporaryFolder();
        string corpus = folder.File("korean.txt", string.Join("\n\n", Enumerable.Repeat(Korean.Normalize(NormalizationForm.FormD), 3)));
        string english = folder.File("english.txt", SmallModel.Text);
        string Out(string name) => Path.Combine(folder.Path, name);
        Bigs.Run("tokenizer", "train", "--corpus", corpus, "--size", "300", "--out", Out("korean")).Succeeded();
        Assert.DoesNotContain(File.ReadAllText(Path.Combine(Out("korean"), "vocab.txt")), letter => letter is >= '\u1100' and <= '\u11FF');
        Assert.Equal("", Bigs.Run("tokenizer", "encode", "--vocab", Out("korean"), "나는 학교에 간다").Succeeded().Errors);
        Bigs.Run("tokenizer", "train", "--corpus", english, "--size", "100", "--out", Out("english")).Succeeded();
        Outcome foreign = Bigs.Run("tokenizer", "encode", "--vocab", Out("english"), "나는 학교에 간다").Succeeded();
        Assert.Contains("warning: 100 % of the pieces are [UNK]", foreign.Errors);
        Assert.Contains("bigs tokenizer train", foreign.Errors);
        string german = folder.File("german.txt", "Über die Brücke\n\nÜber die Brücke\n");
        Bigs.Run("tokenizer", "train", "--corpus", german, "--size", "100", "--out", Out("german"), "--keep-accents").Succeeded();
        Assert.Contains("brücke\n", File.ReadAllText(Path.Combine(Out("german"), "vocab.txt")));
        Bigs.Run("tokenizer", "train", "--corpus", german, "--size", "100", "--out", Out("cased"), "--cased", "--normalize", "nfkc").Succeeded();
        Assert.Contains("Brücke\n", File.ReadAllText(Path.Combine(Out("cased"), "vocab.txt")));
        Bigs.Run("tokenizer", "train", "--corpus", german, "--size", "100", "--out", Out("both"), "--cased", "--keep-accents").FailedWith(2, "--cased keeps accents already");
    }

    private static BertTokenizer Learned(string text) => new WordPieceTrainer { Size = 300, MinFrequency = 2 }.Train([text, text, text], cancellationToken: Now);

    private static CancellationToken Now => TestContext.Current.CancellationToken;
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BiGS.Support;
using BiGS.Tokenizers;
using CsCheck;

namespace BiGS.Tests.Tokenizers;

/// <summary>The tokenizer.json beside every vocabulary: it tokenises as the vocabulary does, and has the form that Hugging Face's own have.</summary>
public sealed class TokenizerJsonWriterTests : IDisposable
{
    private static readonly string[] Real =
    [
        "The café near the trees. Naïve, isn't it? Ångström, façade — “quoted” …", "İstanbul Işık ılık Über, ΣΊΣΥΦΟΣ; ἄνθρωπος", "мой чай, ёлка и стресс: за́мок", "나는 학교에 간다. 오늘은 날씨가 좋다.",
        "ｶﾞ ガ が ぎ ① ﬁn 日本語の文", "क़लम और कलम", "สวัสดี 1 ≠ 2, ∄x", "Việt Nam: những người", "e\u0301 i\u0307 \u0301x о\u0301 и\u0306 a\u200d\u0301 [MASK] [NEW]\u00a0b",
    ];

    private static readonly BertTokenizer Learned = new WordPieceTrainer { Size = 500 }.Train(Real.Concat(Real));

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _alone = new();

    public void Dispose()
    {
        _folder.Dispose();
        _alone.Dispose();
    }

    public static TheoryData<bool, bool?, bool, bool, NormalizationForm?> Normalizers =>
    [
        .. from lower in (bool[])[true, false]
           from strip in (bool?[])[null, true, false]
           from byScript in (bool[])[true, false]
           from chinese in (bool[])[true, false]
           from form in (NormalizationForm?[])[null, NormalizationForm.FormC, NormalizationForm.FormKC]
           where !byScript || form is not null
           select new TheoryDataRow<bool, bool?, bool, bool, NormalizationForm?>(lower, strip, byScript, chinese, form),
    ];

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void Alone_it_opens_as_the_same_tokenizer(bool lower, bool? strip, bool byScript, bool chinese, NormalizationForm? form)
    {
        var normalizer = new BertNormalizer { LowerCase = lower, StripAccents = strip, LatinAccentsOnly = byScript, TokenizeChineseChars = chinese, Form = form };
        var saved = new BertTokenizer(
            new WordPieceVocabulary([.. Learned.Vocabulary.Tokens, "[NEW]", "covid"]), normalizer, [new AddedToken("[NEW]") { RightStrip = true }, new AddedToken("covid") { Special = false, Normalized = true }]);
        saved.Save(_folder.Path, 128);
        File.Copy(Path.Combine(_folder.Path, "tokenizer.json"), Path.Combine(_alone.Path, "tokenizer.json"));
        BertTokenizer whole = BertTokenizer.Open(_folder.Path);
        BertTokenizer alone = BertTokenizer.Open(_alone.Path);
        Assert.Equal(saved.Fingerprint, whole.Fingerprint);
        Assert.Equal(saved.Fingerprint, alone.Fingerprint);
        Assert.Equal(saved.AddedTokens, alone.AddedTokens);
        Assert.All(Real, text => Assert.Equal(saved.Encode(text, "COVID " + text).Ids, alone.Encode(text, "COVID " + text).Ids));
    }

    /// <summary>Each step as Hugging Face's library defines it, in its order: what it makes of a text is what our normaliser does.</summary>
    [Fact]
    public void Accents_by_script_are_the_steps_that_the_file_lists()
    {
        // A mark of another script between a letter and its accent, which a halfwidth ﾞ becomes too, is what the steps cannot see behind (TokenizerJsonWriter.Normalizer).
        bool BeginsWithMark(string text) => Rune.GetUnicodeCategory(Rune.GetRuneAt(text.Normalize(NormalizationForm.FormKC), 0)) == UnicodeCategory.NonSpacingMark;
        Gen<string> letter = Texts.Among([.. Real.SelectMany(text => text.EnumerateRunes()).Select(rune => rune.ToString()).Where(text => !BeginsWithMark(text))]);
        Gen<string> marked = Gen.Select(letter, Texts.Among("", "", "\u0301", "\u0306", "\u0323\u0302", "\u20dd"), (rune, mark) => rune + mark);
        foreach (NormalizationForm form in (NormalizationForm[])[NormalizationForm.FormC, NormalizationForm.FormKC])
        {
            var normalizer = new BertNormalizer { LatinAccentsOnly = true, Form = form };
            JsonArray steps = TokenizerJsonWriter.Normalizer(normalizer)["normalizers"]!.AsArray();
            Gen.OneOf(Texts.Among(Real), marked.List[0, 12].Select(string.Concat)).Sample(text =>
                Assert.Equal(normalizer.Normalize(text).Text, steps.Aggregate(text, (changed, step) => Apply(step!, changed))));
        }
    }

    [Fact]
    public void It_has_the_form_of_Hugging_Faces_own()
    {
        new BertTokenizer(new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, "a", "##é", "中"])).Save(_folder.Path, 512);
        Assert.Equal(["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode expected = JsonNode.Parse("""
            {
              "version": "1.0", "truncation": null, "padding": null,
              "added_tokens": [
                {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                {"id": 1, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                {"id": 4, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
              ],
              "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
              "pre_tokenizer": {"type": "BertPreTokenizer"},
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                         {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
                "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}
              },
              "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
              "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                        "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##é": 6, "中": 7}}
            }
            """)!;
        Assert.True(JsonNode.DeepEquals(expected, Written("tokenizer.json")), File.ReadAllText(Path.Combine(_folder.Path, "tokenizer.json")));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}"""), Written("special_tokens_map.json")));
        Assert.Equal(512, Written("tokenizer_config.json")["model_max_length"]!.GetValue<int>());
    }

    /// <summary>What is copied keeps its files, and gets those that it lacks.</summary>
    [Fact]
    public void A_copy_is_completed()
    {
        Learned.Vocabulary.Save(Path.Combine(_folder.Path, "vocab.txt"));
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer_config.json"), """{"do_lower_case": false, "model_max_length": 1000000000000000019884624838656, "name_or_path": "x"}""");
        TokenizerFolder.CopyFiles(_folder.Path, _alone.Path, 64);
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(_alone.Path, "tokenizer_config.json")))!;
        Assert.Equal((64, "x"), (config["model_max_length"]!.GetValue<int>(), config["name_or_path"]!.GetValue<string>()));
        Assert.Equal(BertTokenizer.Open(_folder.Path).Fingerprint, BertTokenizer.Open(Path.Combine(_alone.Path, "tokenizer.json")).Fingerprint);
        Assert.True(File.Exists(Path.Combine(_alone.Path, "special_tokens_map.json")));
        TokenizerFolder.CopyFiles(_alone.Path, _folder.Path, 512);
        Assert.Equal(64, Written("tokenizer_config.json")["model_max_length"]!.GetValue<int>());
        TokenizerFolder.CopyFiles(_alone.Path, _folder.Path, 512, isLonger: true);
        Assert.Equal(512, Written("tokenizer_config.json")["model_max_length"]!.GetValue<int>());
        File.WriteAllText(Path.Combine(_folder.Path, "vocab.txt"), "[PAD]\n");
        Assert.Contains("lacks [UNK]", Assert.Throws<InvalidDataException>(() => TokenizerFolder.CopyFiles(_folder.Path, _alone.Path)).Message);
    }

    private static string Apply(JsonNode step, string text) => step["type"]!.GetValue<string>() switch
    {
        "NFC" => text.Normalize(NormalizationForm.FormC),
        "NFD" => text.Normalize(NormalizationForm.FormD),
        "NFKC" => text.Normalize(NormalizationForm.FormKC),
        "Replace" => Regex.Replace(text, step["pattern"]!["Regex"]!.GetValue<string>(), step["content"]!.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(10)),
        "BertNormalizer" => new BertNormalizer { LowerCase = step["lowercase"]!.GetValue<bool>(), StripAccents = step["strip_accents"]?.GetValue<bool>() }.Normalize(text).Text,
        var other => throw new InvalidOperationException(other),
    };

    private JsonNode Written(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, name)))!;
}

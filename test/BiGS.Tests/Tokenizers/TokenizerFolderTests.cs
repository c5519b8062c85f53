using System.Text.Json.Nodes;
using BiGS.Tokenizers;

namespace BiGS.Tests.Tokenizers;

public sealed class TokenizerFolderTests : IDisposable
{
    private const string Text = "Éa [NEW] 中b [MASK]";

    private static readonly WordPieceVocabulary Vocabulary = new(
        [.. WordPieceVocabulary.SpecialTokens, "a", "##a", "éa", "Éa", "ea", "中", "中b", "b", "[NEW]"]);

    private readonly string _folder = Directory.CreateTempSubdirectory("bigs-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_saved_opens_the_same()
    {
        foreach (bool lowerCase in (bool[])[true, false])
        {
            foreach (bool? stripAccents in (bool?[])[null, true, false])
            {
                foreach (bool chinese in (bool[])[true, false])
                {
                    foreach (string[] specials in (string[][])[[], ["[NEW]"]])
                    {
                        var normalizer = new BertNormalizer { LowerCase = lowerCase, StripAccents = stripAccents, TokenizeChineseChars = chinese };
                        var saved = new BertTokenizer(Vocabulary, normalizer, specials);
                        saved.Save(_folder);
                        BertTokenizer opened = BertTokenizer.Open(_folder);
                        Assert.Equal(saved.Normalizer, opened.Normalizer);
                        Assert.Equal(saved.Fingerprint, opened.Fingerprint);
                        Assert.Equal(saved.Encode(Text).Tokens, opened.Encode(Text).Tokens);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_vocabulary_alone_is_lower_cased_unless_told()
    {
        Vocabulary.Save(Full("vocab.txt"));
        Assert.Equal(["ea"], BertTokenizer.Open(Full("vocab.txt")).Encode("Éa", addSpecialTokens: false).Tokens);
        Assert.Equal(["ea"], BertTokenizer.Open(_folder).Encode("Éa", addSpecialTokens: false).Tokens);
        Assert.Equal(["Éa"], BertTokenizer.Open(Full("vocab.txt"), lowerCase: false).Encode("Éa", addSpecialTokens: false).Tokens);
        Assert.Equal(Vocabulary.Tokens, WordPieceVocabulary.Open(Full("vocab.txt")).Tokens);
    }

    [Fact]
    public void Line_ends_of_windows_and_a_missing_last_one_are_read()
    {
        File.WriteAllText(Full("vocab.txt"), string.Join("\r\n", Vocabulary.Tokens));
        Assert.Equal(Vocabulary.Tokens, WordPieceVocabulary.Open(Full("vocab.txt")).Tokens);
    }

    [Theory]
    [InlineData("""{"do_lower_case": false}""", "Éa")]
    [InlineData("""{"do_lower_case": true}""", "ea")]
    [InlineData("""{"do_lower_case": true, "strip_accents": false}""", "éa")]
    [InlineData("""{"do_lower_case": false, "strip_accents": null, "model_max_length": 512}""", "Éa")]
    [InlineData("""{"tokenizer_class": "BertTokenizerFast", "cls_token": {"content": "[CLS]"}}""", "ea")]
    public void The_config_is_honoured(string config, string expected)
    {
        Vocabulary.Save(Full("vocab.txt"));
        File.WriteAllText(Full("tokenizer_config.json"), config);
        Assert.Equal([expected], BertTokenizer.Open(_folder).Encode("Éa", addSpecialTokens: false).Tokens);
    }

    [Theory]
    [InlineData("""{"do_basic_tokenize": false, "cls_token": "<s>"}""", "do_basic_tokenize", "cls_token")]
    [InlineData("""{"do_lower_case": "yes"}""", "do_lower_case", "\"yes\"")]
    [InlineData("""{"tokenizer_class": "BertJapaneseTokenizer"}""", "tokenizer_class", "BertJapaneseTokenizer")]
    [InlineData("""{"additional_special_tokens": ["[OTHER]"]}""", "additional_special_tokens", "[OTHER]")]
    [InlineData("""{"added_tokens_decoder": {"99": {"content": "[MASK]"}}}""", "added_tokens_decoder", "[MASK]")]
    [InlineData("[]", "tokenizer_config.json", "object")]
    [InlineData("{", "tokenizer_config.json", "not JSON")]
    public void What_the_config_may_not_ask_is_named(string config, params string[] named)
    {
        Vocabulary.Save(Full("vocab.txt"));
        File.WriteAllText(Full("tokenizer_config.json"), config);
        var error = Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder));
        Assert.All(named, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Tokenizer_json_opens()
    {
        File.WriteAllText(Full("tokenizer.json"), Json().ToJsonString());
        foreach (BertTokenizer opened in (BertTokenizer[])[BertTokenizer.Open(_folder), BertTokenizer.Open(Full("tokenizer.json"))])
        {
            Assert.Equal(new BertTokenizer(Vocabulary, new BertNormalizer { StripAccents = false }, ["[NEW]"]).Fingerprint, opened.Fingerprint);
        }
        Assert.False(BertTokenizer.Open(_folder, lowerCase: false).Normalizer.LowerCase);
    }

    [Fact]
    public void Tokenizer_json_speaks_where_the_vocabulary_is_of_unknown_case()
    {
        Vocabulary.Save(Full("vocab.txt"));
        JsonObject cased = Json();
        cased["normalizer"]!["lowercase"] = false;
        File.WriteAllText(Full("tokenizer.json"), cased.ToJsonString());
        Assert.False(BertTokenizer.Open(_folder).Normalizer.LowerCase);
        File.WriteAllText(Full("tokenizer_config.json"), """{"do_lower_case": true}""");
        Assert.True(BertTokenizer.Open(_folder).Normalizer.LowerCase);
    }

    [Fact]
    public void Everything_not_honoured_is_named_in_one_error()
    {
        JsonObject json = Json();
        json["normalizer"]!["clean_text"] = false;
        json["pre_tokenizer"]!["type"] = "Whitespace";
        json["post_processor"]!["type"] = "RobertaProcessing";
        json["decoder"]!["prefix"] = "@@";
        json["model"]!["max_input_chars_per_word"] = 200;
        json["model"]!["dropout"] = 0.1;
        json["something"] = 1;
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        string message = Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message;
        Assert.All((string[])["something", "normalizer.clean_text", "pre_tokenizer", "post_processor", "decoder", "model.max_input_chars_per_word",
            "model.dropout"], name => Assert.Contains(name + " = ", message, StringComparison.Ordinal));
    }

    /// <summary>Both sections hold what was last used in training; whoever encodes decides.</summary>
    [Fact]
    public void Truncation_and_padding_of_tokenizer_json_are_passed_over()
    {
        JsonObject json = Json();
        json["truncation"] = JsonNode.Parse("""{"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}""");
        json["padding"] = JsonNode.Parse("""{"strategy": {"Fixed": 8}, "direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}""");
        json["post_processor"] = null;
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        Assert.Equal(["[CLS]", "a", "b", "b", "[SEP]"], BertTokenizer.Open(_folder).Encode("a b b").Tokens);
    }

    [Theory]
    [InlineData("""[{"type": "NFC"}, {"type": "BertNormalizer", "lowercase": false, "strip_accents": null}]""", "Éa", "e\u0301a")]
    [InlineData("""[{"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "BertNormalizer", "lowercase": false, "strip_accents": false}]""", "ea", "éa")]
    [InlineData("""[{"type": "NFKC"}, {"type": "BertNormalizer", "lowercase": true, "strip_accents": false}]""", "éa", "ea")]
    public void Normalizers_in_a_sequence_are_taken_over(string steps, string there, string unlike)
    {
        JsonObject json = Json();
        json["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = JsonNode.Parse(steps) };
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        Assert.Equal([there], BertTokenizer.Open(_folder).Encode("Éa", addSpecialTokens: false).Tokens);
        Assert.NotEqual([unlike], BertTokenizer.Open(_folder).Encode("E\u0301a", addSpecialTokens: false).Tokens);
    }

    [Theory]
    [InlineData("""[{"type": "NFD"}, {"type": "BertNormalizer", "lowercase": false, "strip_accents": false}]""", "NFD")]
    [InlineData("""[{"type": "Replace", "pattern": {"String": "a"}, "content": "b"}, {"type": "BertNormalizer"}]""", "Replace")]
    [InlineData("""[{"type": "Lowercase"}]""", "BertNormalizer")]
    public void Normalizers_that_are_not_known_are_named(string steps, string named)
    {
        JsonObject json = Json();
        json["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = JsonNode.Parse(steps) };
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        Assert.Contains(named, Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normalizer")]
    [InlineData("pre_tokenizer")]
    [InlineData("model")]
    public void Tokenizer_json_without_a_part_is_refused(string part)
    {
        JsonObject json = Json();
        json.Remove(part);
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_models_are_refused_by_name()
    {
        JsonObject json = Json();
        json["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = new JsonObject { ["a"] = 0 }, ["merges"] = new JsonArray() };
        File.WriteAllText(Full("tokenizer.json"), json.ToJsonString());
        Assert.Contains("model.type = \"BPE\"", Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_broken_files_are_explained()
    {
        Assert.Contains("holds no tokenizer", Assert.Throws<FileNotFoundException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => BertTokenizer.Open(Full("vocab.txt")));
        Assert.Throws<FileNotFoundException>(() => BertTokenizer.Open(Full("tokenizer.json")));
        File.WriteAllText(Full("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
        Assert.Contains("lacks [MASK]", Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(Full("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\na\n");
        Assert.Contains("\"a\" twice, as ids 5 and 7", Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, "a\nb"]).Save(Full("vocab.txt")));
    }

    private string Full(string file) => Path.Combine(_folder, file);

    // The layout Hugging Face writes; [NEW] is added behind the model's vocabulary.
    private static JsonObject Json()
    {
        var vocabulary = new JsonObject();
        foreach (string token in Vocabulary.Tokens.SkipLast(1))
        {
            vocabulary[token] = vocabulary.Count;
        }
        JsonNode json = JsonNode.Parse("""
            {
              "version": "1.0", "truncation": null, "padding": null,
              "added_tokens": [
                {"id": 4, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                {"id": 13, "content": "[NEW]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
              ],
              "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": false, "lowercase": true},
              "pre_tokenizer": {"type": "BertPreTokenizer"},
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                           {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                         {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                         {"SpecialToken": {"id": "[SEP]", "type_id": 1}}]
              },
              "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
              "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
            }
            """)!;
        json["model"]!["vocab"] = vocabulary;
        return json.AsObject();
    }
}

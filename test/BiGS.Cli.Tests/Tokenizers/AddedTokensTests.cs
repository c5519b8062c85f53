using System.Text.Json.Nodes;
using BiGS.Cli.Tests.Commands;
using BiGS.Support;
using BiGS.Tokenizers;

namespace BiGS.Cli.Tests.Tokenizers;

/// <summary>Tokens that the files of a tokenizer add, or say to stay whole: wherever they are named, they are one token each.</summary>
public sealed class AddedTokensTests : IDisposable
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ne1\n[\n]\njohn\nnew\n";

    private readonly TemporaryFolder _folder = new();

    public AddedTokensTests()
    {
        _folder.File("vocab.txt", Vocabulary);
        _folder.File("tokenizer_config.json", """{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}""");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("added_tokens.json", """{"[E1]": 11, "[/E1]": 12}""")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true, "added_tokens_decoder": {"12": {"content": "[/E1]", "special": true}, "11": {"content": "[E1]", "special": true}}}""")]
    [InlineData("tokenizer.json", """{"added_tokens": [{"id": 11, "content": "[E1]", "special": true, "normalized": false}, {"id": 12, "content": "[/E1]", "special": false, "normalized": true}]}""")]
    public void TokensThatAFileAddsAreOneTokenEach(string file, string json)
    {
        _folder.File(file, json);
        BertTokenizer tokenizer = BertTokenizer.Open(_folder.Path);
        Assert.Equal(13, tokenizer.VocabularySize);
        AssertIds(tokenizer, "[E1] john [/E1]", 11, 9, 12);
        AssertIds(tokenizer, "the[E1]john", 5, 11, 9);
    }

    [Theory]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": ["[NEW]"], "cls_token": "[CLS]"}""")]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": [{"content": "[NEW]", "lstrip": false}], "mask_token": {"content": "[MASK]"}}""")]
    [InlineData("special_tokens_map.json", """{"bos_token": "[NEW]"}""")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true, "additional_special_tokens": ["[NEW]"]}""")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true, "extra_special_tokens": {"boundary_token": "[NEW]"}}""")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true, "extra_special_tokens": ["[NEW]"]}""")]
    public void TokensThatAFileNamesStayWhole(string file, string json)
    {
        _folder.File("vocab.txt", Vocabulary + "[NEW]\n");
        _folder.File(file, json);
        BertTokenizer tokenizer = BertTokenizer.Open(_folder.Path);
        AssertIds(tokenizer, "[NEW] john", 11, 9);
        Assert.Equal(["[NEW]"], tokenizer.AdditionalSpecialTokens);
        Assert.Equal("john", tokenizer.Decode([11, 9]));
        Assert.Equal("[NEW] john", tokenizer.Decode([11, 9], skipSpecialTokens: false));
    }

    [Fact]
    public void AWordThatWasAddedWithoutBeingSpecialIsFoundInNormalisedTextAndDecoded()
    {
        _folder.File("added_tokens.json", """{"Covid-19": 11}""");
        BertTokenizer tokenizer = BertTokenizer.Open(_folder.Path);
        AssertIds(tokenizer, "the CÓVID-19 john", 5, 11, 9);
        Assert.Equal([(0, 3), (4, 12), (13, 17)], tokenizer.Encode("the CÓVID-19 john", addSpecialTokens: false).Offsets);
        Assert.Equal("Covid-19 john", tokenizer.Decode([11, 9]));
    }

    [Fact]
    public void ItsFlagsAreHonoured()
    {
        _folder.File("tokenizer_config.json", """
            {"do_lower_case": true, "added_tokens_decoder": {
              "11": {"content": "e1", "special": true, "single_word": true},
              "4": {"content": "[MASK]", "special": true, "lstrip": true, "rstrip": true}}}
            """.Replace("\"11\"", "\"6\""));
        BertTokenizer tokenizer = BertTokenizer.Open(_folder.Path);
        AssertIds(tokenizer, "e1 (e1)", 6, 1, 6, 1);
        AssertIds(tokenizer, "e1e1", 1);
        TokenizedText encoding = tokenizer.Encode("the  [MASK] john", addSpecialTokens: false);
        Assert.Equal([(0, 3), (3, 12), (12, 16)], encoding.Offsets);
    }

    [Theory]
    [InlineData("added_tokens.json", """{"[E1]": 12}""", "[E1]", "12", "without a gap")]
    [InlineData("added_tokens.json", """{"[E1]": 5}""", "[E1]", "\"the\"")]
    [InlineData("added_tokens.json", """{"john": 11}""", "john", "11", "9")]
    [InlineData("added_tokens.json", """{"[E1]": "x"}""", "[E1]", "id")]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": ["[E1]"]}""", "[E1]", "has no id", "special_tokens_map.json")]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": [7]}""", "additional_special_tokens", "7")]
    [InlineData("special_tokens_map.json", """{"mask_token": "<mask>"}""", "special_tokens_map.json", "mask_token", "<mask>")]
    [InlineData("special_tokens_map.json", "[]", "special_tokens_map.json", "object")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true, "added_tokens_decoder": {"11": {"content": "[E1]"}, "12": {"content": "[E1]"}}}""", "[E1]", "11", "12")]
    public void WhatContradictsItselfIsRefusedByName(string file, string json, params string[] parts)
    {
        _folder.File(file, json);
        string message = Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder.Path)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void FilesThatContradictEachOtherAreBothNamed()
    {
        _folder.File("added_tokens.json", """{"[E1]": 11, "[/E1]": 12}""");
        _folder.File("tokenizer.json", """{"added_tokens": [{"id": 11, "content": "[/E1]", "special": true}, {"id": 12, "content": "[E1]", "special": true}]}""");
        string message = Assert.Throws<InvalidDataException>(() => BertTokenizer.Open(_folder.Path)).Message;
        Assert.All((string[])["added_tokens.json", "tokenizer.json", "[E1]", "11", "12"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void SavingKeepsThem()
    {
        _folder.File("added_tokens.json", """{"[E1]": 11, "covid-19": 12}""");
        _folder.File("special_tokens_map.json", """{"additional_special_tokens": [{"content": "[E1]", "rstrip": true}]}""");
        BertTokenizer saved = BertTokenizer.Open(_folder.Path);
        saved.Save(_folder.Path);
        Assert.Equal(["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        BertTokenizer opened = BertTokenizer.Open(_folder.Path);
        Assert.Equal(saved.Fingerprint, opened.Fingerprint);
        Assert.Equal(saved.AddedTokens, opened.AddedTokens);
        Assert.Equal(["[E1]"], opened.AdditionalSpecialTokens);
        AssertIds(opened, "[E1] COVID-19 john", 11, 12, 9);
    }

    [Fact]
    public void AVocabularyThatIsLargerThanTheModelsIsRefused()
    {
        using var model = new SmallModel();
        int own = model.Config.VocabSize;
        model.Written("added_tokens.json", $$"""{"[E1]": {{own}}}""");
        string data = model.Written("data.tsv", "text\tlabel\nthe trees\ta\nthe farmer\tb\nthe trees\ta\nthe farmer\tb\n");
        foreach (string[] command in (string[][])
        [
            ["embed", "--model", model.Folder, "the"], ["fill-mask", "--model", model.Folder, "the [MASK]"],
            ["finetune", "--task", "classification", "--train", data, "--text-column", "text", "--label-column", "label", "--model", model.Folder, "--out", model.File("out")],
        ])
        {
            Bigs.Run(command).FailedWith(1, $"{own + 1} tokens", $"{own}");
        }
    }

    private static void AssertIds(BertTokenizer tokenizer, string text, params int[] expected)
    {
        Assert.Equal(expected, tokenizer.Encode(text, addSpecialTokens: false).Ids);
        var fast = new List<int>();
        tokenizer.EncodeIds(text, fast);
        Assert.Equal(expected, fast);
    }
}

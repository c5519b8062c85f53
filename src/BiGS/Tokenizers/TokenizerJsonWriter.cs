using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BiGS.Tokenizers;

/// <summary>A tokenizer as Hugging Face's tokenizer.json, which its fast tokenizers and transformers.js read; <see cref="TokenizerJson"/> reads it back.</summary>
internal static class TokenizerJsonWriter
{
    /// <summary>Marks behind a letter of the Latin or Greek script, or behind what is no letter.</summary>
    private const string MarksOfLatinAndGreek = @"(?<!\p{M})(?<![^\P{L}A-Za-z\u00AA-\u02FF\u0370-\u03FF])[\u0300-\u036F]+";

    /// <summary>Marks that no script has for itself, where no letter of their own is left for them.</summary>
    private const string CommonMarks = @"[\u0300-\u036F\u1AB0-\u1ABD\u1ABF-\u1AFF\u1DC0-\u1DFF\u20D0-\u20DC\u20E1\u20E5-\u20F0\uFE20-\uFE2F]+";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the file can say how a text is normalised: accents of Latin and Greek letters alone are found in a text in a normal form.</summary>
    public static bool CanWrite(BertNormalizer normalizer) => !StripsByScript(normalizer) || normalizer.Form is not null;

    /// <summary>The file.</summary>
    public static string Write(BertTokenizer tokenizer)
    {
        WordPieceVocabulary vocabulary = tokenizer.Vocabulary;
        IEnumerable<AddedToken> usual = WordPieceVocabulary.SpecialTokens
            .Select(token => new AddedToken(token)).ExceptBy(tokenizer.AddedTokens.Select(token => token.Content), token => token.Content);
        var file = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. usual.Concat(tokenizer.AddedTokens).OrderBy(token => vocabulary.Id(token.Content)).Select(token => Added(token, vocabulary.Id(token.Content)))]),
            ["normalizer"] = Normalizer(tokenizer.Normalizer),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = Template(vocabulary),
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = WordPieceVocabulary.ContinuationPrefix, ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = WordPieceVocabulary.ContinuationPrefix,
                ["max_input_chars_per_word"] = WordPiece.LongestWord,
                ["vocab"] = new JsonObject(vocabulary.Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            },
        };
        return file.ToJsonString(Readable) + "\n";
    }

    /// <summary>
    /// Steps that do what a normaliser does. Accents of Latin and Greek letters alone are taken off a decomposed text, which is then composed again, and
    /// loses what marks have nothing to compose with. Only an accent behind a mark of another script, as no language writes it, stays on a Latin letter.
    /// </summary>
    public static JsonObject Normalizer(BertNormalizer normalizer)
    {
        bool byScript = StripsByScript(normalizer);
        var bert = new JsonObject
        {
            ["type"] = "BertNormalizer",
            ["clean_text"] = true,
            ["handle_chinese_chars"] = normalizer.TokenizeChineseChars,
            ["strip_accents"] = byScript ? false : normalizer.StripAccents,
            ["lowercase"] = normalizer.LowerCase,
        };
        if (normalizer.Form is not { } form)
        {
            return bert;
        }

        JsonObject first = Step(form == System.Text.NormalizationForm.FormKC ? "NFKC" : "NFC");
        JsonNode[] steps = byScript ? [first, Step("NFD"), Without(MarksOfLatinAndGreek), Step("NFC"), Without(CommonMarks), bert] : [first, bert];
        return new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(steps) };
    }

    private static bool StripsByScript(BertNormalizer normalizer) => normalizer is { LatinAccentsOnly: true, DropsAccents: true };

    private static JsonObject Step(string type) => new() { ["type"] = type };

    private static JsonObject Without(string pattern) => new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["content"] = "" };

    private static JsonNode Added(AddedToken token, int id) => new JsonObject
    {
        ["id"] = id,
        ["content"] = token.Content,
        ["single_word"] = token.SingleWord,
        ["lstrip"] = token.LeftStrip,
        ["rstrip"] = token.RightStrip,
        ["normalized"] = token.Normalized,
        ["special"] = token.Special,
    };

    /// <summary>[CLS] A [SEP], and [CLS] A [SEP] B [SEP] with B and its [SEP] of type 1.</summary>
    private static JsonObject Template(WordPieceVocabulary vocabulary)
    {
        JsonNode Special(string token, int type) => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };
        JsonNode Text(string name, int type) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
        JsonNode Known(string token) => new JsonObject { ["id"] = token, ["ids"] = new JsonArray(vocabulary.Id(token)), ["tokens"] = new JsonArray(token) };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Special("[CLS]", 0), Text("A", 0), Special("[SEP]", 0)),
            ["pair"] = new JsonArray(Special("[CLS]", 0), Text("A", 0), Special("[SEP]", 0), Text("B", 1), Special("[SEP]", 1)),
            ["special_tokens"] = new JsonObject { ["[CLS]"] = Known("[CLS]"), ["[SEP]"] = Known("[SEP]") },
        };
    }
}

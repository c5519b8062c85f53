using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Tokens of texts and texts of tokens, as text-embeddings-inference gives them.</summary>
internal static class TokenizerRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tokenize", Tokenize).WithSummary("The tokens of texts, and where they stand");
        routes.MapPost("/decode", Decode).WithSummary("The texts that tokens spell");
    }

    private static SimpleToken[][] Tokenize(JsonBody<TokenizeRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        IReadOnlyList<TextInput> inputs = body.Value.PromptName is { } prompt ? RequestTokenizer.AddPrompts(models.First, body.Value.Inputs.Texts, prompt) : body.Value.Inputs.Texts;
        string[] texts = [.. inputs.Select(input => input.Text ?? throw ApiException.InputTooLong("`inputs` are tokens already; expected texts"))];
        tokenizer.CheckBatchSize(context, texts.Length);
        return [.. texts.Select(text => Tokens(text, models.First.Tokenizer.Encode(text, addSpecialTokens: body.Value.AddSpecialTokens)))];
    }

    private static string[] Decode(JsonBody<DecodeRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        IReadOnlyList<List<int>> rows = body.Value.Ids.Rows;
        tokenizer.CheckBatchSize(context, rows.Count);
        try
        {
            return [.. rows.Select(row => models.First.Tokenizer.Decode(row, body.Value.SkipSpecialTokens))];
        }
        catch (ArgumentOutOfRangeException unknown)
        {
            throw ApiException.NoTokens(unknown.Message.Split(" (Parameter")[0]);
        }
    }

    private static SimpleToken[] Tokens(string text, TokenizedText encoding)
    {
        var characters = new CharacterOffsets(text);
        return
        [
            .. encoding.Ids.Select((id, i) => encoding.SpecialTokensMask[i] == 1
                ? new SimpleToken(id, encoding.Tokens[i], true, null, null)
                : new SimpleToken(id, text[encoding.Offsets[i].Start..encoding.Offsets[i].End], false, characters.At(encoding.Offsets[i].Start), characters.At(encoding.Offsets[i].End))),
        ];
    }

    private sealed record TokenizeRequest(TextInputs Inputs, bool AddSpecialTokens = true, string? PromptName = null);

    private sealed record SimpleToken(int Id, string Text, bool Special, int? Start, int? Stop);

    private sealed record DecodeRequest(IdRows Ids, bool SkipSpecialTokens = true);

    /// <summary>One row of ids or several.</summary>
    [JsonConverter(typeof(Reader))]
    private sealed record IdRows(IReadOnlyList<List<int>> Rows)
    {
        private sealed class Reader : JsonConverter<IdRows>
        {
            private const string Expected = "expected tokens as numbers, or a list of such lists";

            public override IdRows Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                JsonValueReader.BeginsWith(reader, JsonTokenType.StartArray)
                    ? new IdRows(JsonValueReader.List(ref reader, One, Expected))
                    : new IdRows([One(ref reader, Expected)]);

            public override void Write(Utf8JsonWriter writer, IdRows value, JsonSerializerOptions options) => throw new NotSupportedException();

            private static List<int> One(ref Utf8JsonReader reader, string expected) => JsonValueReader.List(ref reader, JsonValueReader.Number, expected);
        }
    }
}

using System.ComponentModel;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Tokens of texts and texts of tokens, as text-embeddings-inference gives them.</summary>
internal static class TokenizerRoutes
{
    private const int BytesOfToken = 70;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tokenize", Tokenize).Describe("tokenize", "The tokens of texts, and where they stand");
        routes.MapPost("/decode", Decode).Describe("decode", "The texts that tokens spell");
    }

    private static SimpleToken[][] Tokenize(JsonBody<TokenizeRequest> body, HttpContext context, ServedModels models, RequestLimits limits)
    {
        TokenizeRequest request = body.Value;
        ServedModel model = models.Find(request.Model);
        TextInputs inputs = request.PromptName is { } prompt ? RequestTokenizer.AddPrompts(model, request.Inputs, prompt) : request.Inputs;
        string[] texts = [.. inputs.Texts.Select(input => input.Text ?? throw ApiException.Invalid("`inputs` are tokens already; expected texts", "inputs"))];
        limits.CheckBatchSize(context, texts.Length, inputs.IsBatch);
        TokenizedText[] rows = [.. texts.Select(text => model.Tokenizer.Encode(text, addSpecialTokens: request.AddSpecialTokens ?? true))];
        context.Statistics().Tokens = rows.Sum(row => row.Ids.Count);
        limits.CheckResponse((long)context.Statistics().Tokens * BytesOfToken, "or shorter texts");
        return [.. texts.Zip(rows, Tokens)];
    }

    private static string[] Decode(JsonBody<DecodeRequest> body, HttpContext context, ServedModels models, RequestLimits limits)
    {
        ServedModel model = models.Find(body.Value.Model);
        IReadOnlyList<List<int>> rows = body.Value.Ids.Rows;
        limits.CheckBatchSize(context, rows.Count, body.Value.Ids.IsBatch);
        try
        {
            return [.. rows.Select(row => model.Tokenizer.Decode(row, body.Value.SkipSpecialTokens ?? true))];
        }
        catch (ArgumentOutOfRangeException unknown)
        {
            throw ApiException.InvalidTokens(unknown.Message.Split(" (Parameter")[0], "ids");
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

    private sealed record TokenizeRequest(
        TextInputs Inputs,
        [property: Description("Whether [CLS] and [SEP] are among the tokens; true by default.")] bool? AddSpecialTokens = null,
        [property: Description("Which of the model's prompts stands before every text; none by default.")] string? PromptName = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    private sealed record SimpleToken(int Id, string Text, bool Special, int? Start, int? Stop);

    private sealed record DecodeRequest(
        TokenIds Ids,
        [property: Description("Whether [CLS], [SEP] and the like are left out; true by default.")] bool? SkipSpecialTokens = null,
        [property: Description(Descriptions.Model)] string? Model = null);
}

using System.ComponentModel;
using System.Text;
using System.Text.Json.Serialization;
using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>What models say of single words: fills and tags. The answers are those of <c>bigs fill-mask --json</c> and <c>bigs tag --json</c>, one for each text.</summary>
internal static class WordPredictionRoutes
{
    private const int MostCandidates = 1_000;

    /// <summary>Bytes of a candidate, a tag or a mask in JSON, without texts.</summary>
    private const int BytesOfItem = 90;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/fill-mask", FillMaskAsync).Describe("fill_mask", "The likeliest words for every [MASK] of a text");
        routes.MapPost("/tag", TagAsync).Describe("tag", "A tag for every word of a text");
    }

    /// <summary>The likeliest words for every mask.</summary>
    /// <param name="texts">One or several.</param>
    /// <param name="top">How many words for each mask.</param>
    /// <param name="withTexts">Whether each candidate has the text with its word.</param>
    /// <param name="modelName">What the request calls the model; null for the first that fills masks.</param>
    /// <param name="topParameter">What the request calls <paramref name="top"/>.</param>
    /// <param name="services">Of the request.</param>
    public static async Task<FilledText[]> FillAsync(TextInputs texts, int top, bool withTexts, string? modelName, string topParameter, RequestServices services)
    {
        (HttpContext context, ServedModels models, RequestTokenizer tokenizer, RequestLimits limits) = services;
        ServedModel model = models.Find(modelName, model => model.Fills is not null, "fills masks", ModelHeads.MaskedLM);
        RequestLimits.CheckTop(top, MostCandidates, topParameter);
        TokenizedText[] tokens = tokenizer.Tokenize(context, model, texts, new Truncation(Wanted: false));
        TextRow[] rows = [.. Texts(texts).Zip(tokens, (text, row) => new TextRow(text, row))];
        FillMask fillMask = model.Pipelines.FillMask!;
        if (rows.Any(row => !fillMask.MaskPositions(row.Tokens).Any()))
        {
            throw ApiException.Invalid("a text has no [MASK]; write [MASK] where a word is to be found", "inputs");
        }

        limits.CheckTokens(context, rows.Sum(row => (long)model.FillCost(row.Tokens)));
        limits.CheckResponse(
            rows.Sum(row => (long)fillMask.MaskPositions(row.Tokens).Count() * top * (BytesOfItem + (withTexts ? Encoding.UTF8.GetByteCount(row.Text) : 0))),
            $"candidates (`{topParameter}`), masks or texts");
        (int Id, double Probability)[][][] likeliest = await ServedModel.RunAsync(
            model.Fills!, [.. rows.Select(row => new MaskedText(row, top))], text => model.FillCost(text.Row.Tokens), context);
        return [.. rows.Zip(likeliest, (row, masks) => FilledText.Of(row, masks, fillMask, withTexts, model.Tokenizer))];
    }

    /// <summary>The texts with their tagged words.</summary>
    public static async Task<(string Text, IReadOnlyList<TaggedWord> Words)[]> TagWordsAsync(TextInputs inputs, bool? truncate, string? modelName, RequestServices services)
    {
        (HttpContext context, ServedModels models, RequestTokenizer tokenizer, RequestLimits limits) = services;
        ServedModel model = models.Find(modelName, model => model.Tags is not null, "tags words", ModelHeads.TokenClassification);
        string[] texts = Texts(inputs);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, inputs, new Truncation(truncate));
        limits.CheckResponse((long)context.Statistics().Tokens * BytesOfItem, "or shorter texts");
        IReadOnlyList<TaggedWord>[] words = await ServedModel.RunAsync(
            model.Tags!, [.. texts.Zip(rows, (text, row) => new TextRow(text, row))], text => text.Tokens.Ids.Count, context);
        return [.. texts.Zip(words)];
    }

    private static Task<FilledText[]> FillMaskAsync(JsonBody<FillRequest> body, [AsParameters] RequestServices services) =>
        FillAsync(body.Value.Inputs, body.Value.Top ?? 5, body.Value.ReturnText == true, body.Value.Model, "top", services);

    private static async Task<TaggedText[]> TagAsync(JsonBody<TagRequest> body, [AsParameters] RequestServices services) =>
        [.. (await TagWordsAsync(body.Value.Inputs, body.Value.Truncate, body.Value.Model, services)).Select(tagged => TaggedText.Of(tagged.Text, tagged.Words, body.Value.ReturnText == true))];

    private static string[] Texts(TextInputs inputs) => [.. inputs.Texts.Select(input => input.Text ?? throw ApiException.Invalid("`inputs` are tokens; expected texts", "inputs"))];

    private sealed record FillRequest(
        TextInputs Inputs,
        [property: Description("How many words for each [MASK]; 5 by default.")] int? Top = null,
        [property: Description(Descriptions.ReturnText)] bool? ReturnText = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    /// <param name="Masks">In their order.</param>
    /// <param name="Text">Null where it is not asked for.</param>
    internal sealed record FilledText(FilledMask[] Masks, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null)
    {
        public static FilledText Of(TextRow row, (int Id, double Probability)[][] masks, FillMask fillMask, bool withTexts, BertTokenizer tokenizer)
        {
            var characters = new CharacterOffsets(row.Text);
            return new FilledText([.. fillMask.MaskPositions(row.Tokens).Zip(masks, (position, words) =>
            {
                (int start, int end) = row.Tokens.Offsets[position];
                return new FilledMask(characters.At(start), characters.At(end), [.. words.Select(word => new FillCandidate(
                    tokenizer.Vocabulary.Tokens[word.Id], word.Id, word.Probability, withTexts ? fillMask.FilledText(row.Text, start, end, word.Id) : null))]);
            })], withTexts ? row.Text : null);
        }
    }

    internal sealed record FilledMask(int Start, int End, FillCandidate[] Candidates);

    /// <param name="Token">As the vocabulary spells it.</param>
    /// <param name="Id">Its number.</param>
    /// <param name="Probability">Its share among all words.</param>
    /// <param name="Text">The text with this word; null where it is not asked for.</param>
    internal sealed record FillCandidate(
        string Token, int Id, double Probability, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null);

    private sealed record TagRequest(
        TextInputs Inputs,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description("Whether the answer repeats the text; false by default.")] bool? ReturnText = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    private sealed record TaggedText(TaggedOne[] Words, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null)
    {
        public static TaggedText Of(string text, IReadOnlyList<TaggedWord> words, bool withText)
        {
            var characters = new CharacterOffsets(text);
            return new TaggedText(
                [.. words.Select(word => new TaggedOne(word.Word, word.Tag, word.Probability, characters.At(word.Start), characters.At(word.End)))], withText ? text : null);
        }
    }

    private sealed record TaggedOne(string Word, string Tag, double Probability, int Start, int End);
}

/// <summary>What answering a request takes.</summary>
internal readonly record struct RequestServices(HttpContext Context, ServedModels Models, RequestTokenizer Tokenizer, RequestLimits Limits);

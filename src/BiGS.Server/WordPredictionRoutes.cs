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

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/fill-mask", FillAsync).WithSummary("The likeliest words for every [MASK] of a text");
        routes.MapPost("/tag", TagAsync).WithSummary("A tag for every word of a text");
    }

    private static async Task<FilledText[]> FillAsync(JsonBody<FillRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        FillRequest request = body.Value;
        ServedModel model = models.Find(request.Model, model => model.Fills is not null, "fills masks", ModelHeads.MaskedLM);
        RequestTokenizer.CheckTop(request.Top, MostCandidates);
        var rows = tokenizer.Tokenize(context, model, request.Inputs.Texts, truncate: false);
        string[] texts = Texts(request.Inputs);
        if (rows.Any(row => !row.Ids.Contains(model.Tokenizer.Vocabulary.MaskId)))
        {
            throw ApiException.InputTooLong("a text has no [MASK]; write [MASK] where a word is to be found");
        }

        IReadOnlyList<MaskedWord>[] fills = await ServedModel.RunAsync(
            model.Fills!, texts.Zip(rows, (text, row) => new MaskedText(new TextRow(text, row), request.Top)), text => text.Row.Tokens.Ids.Count, context.RequestAborted);
        return [.. texts.Zip(fills, FilledText.Of)];
    }

    private static async Task<TaggedText[]> TagAsync(JsonBody<TagRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        TagRequest request = body.Value;
        ServedModel model = models.Find(request.Model, model => model.Tags is not null, "tags words", ModelHeads.TokenClassification);
        var rows = tokenizer.Tokenize(context, model, request.Inputs.Texts, request.Truncate == true);
        string[] texts = Texts(request.Inputs);
        IReadOnlyList<TaggedWord>[] words = await ServedModel.RunAsync(
            model.Tags!, texts.Zip(rows, (text, row) => new TextRow(text, row)), text => text.Tokens.Ids.Count, context.RequestAborted);
        return [.. texts.Zip(words, TaggedText.Of)];
    }

    private static string[] Texts(TextInputs inputs) => [.. inputs.Texts.Select(input => input.Text ?? throw ApiException.InputTooLong("`inputs` are tokens; expected texts"))];

    private sealed record FillRequest(TextInputs Inputs, int Top = 5, string? Model = null);

    private sealed record FilledText(string Text, FilledMask[] Masks)
    {
        public static FilledText Of(string text, IReadOnlyList<MaskedWord> words)
        {
            var characters = new CharacterOffsets(text);
            return new FilledText(text, [.. words.Select(word => new FilledMask(
                characters.At(word.Start), characters.At(word.End),
                [.. word.Candidates.Select(candidate => new Candidate(candidate.Token, candidate.Id, candidate.Probability, candidate.Text))]))]);
        }
    }

    private sealed record FilledMask(int Start, int End, Candidate[] Candidates);

    private sealed record Candidate(string Token, int Id, double Probability, string Text);

    private sealed record TagRequest(TextInputs Inputs, bool? Truncate = false, string? Model = null);

    private sealed record TaggedText(string Text, TaggedOne[] Words)
    {
        public static TaggedText Of(string text, IReadOnlyList<TaggedWord> words)
        {
            var characters = new CharacterOffsets(text);
            return new TaggedText(text, [.. words.Select(word => new TaggedOne(word.Word, word.Tag, word.Probability, characters.At(word.Start), characters.At(word.End)))]);
        }
    }

    private sealed record TaggedOne(string Word, string Tag, double Probability, int Start, int End);
}

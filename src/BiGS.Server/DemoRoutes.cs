using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.StateSpace;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>
/// What the page asks for beyond the routes for programs: what each model can do, predictions with the probability of given words, kernels, tokens and
/// passages. Places in texts are UTF-16 code units here, as JavaScript counts.
/// </summary>
internal static class DemoRoutes
{
    private const int MostCandidates = 20;
    private const int MostWords = 20;
    private const int LongestKernel = 512;
    private const int LongestPassage = 96;

    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder page = routes.MapGroup("/page");
        page.MapGet("/models", (ServedModels models, ServedIndex index, IOptions<BiGSServerOptions> options) =>
            new ModelList([.. models.All.Select(model => ShownModel.Of(model, index))], options.Value.MaxClientBatchSize, options.Value.PayloadLimit));
        page.MapPost("/guesses", GuessAsync);
        page.MapGet("/kernels", (string? model, ServedModels models) => KernelList.Of(models.Find(model, model => model.KernelLayers > 0, "has kernels", "BiGS model")));
        page.MapPost("/tokens", Tokens);
        page.MapPost("/passages", Passages);
    }

    /// <summary>The likeliest words for every mask, special tokens aside, and how likely words are that the page names.</summary>
    private static async Task<GuessList> GuessAsync(JsonBody<GuessRequest> body, [AsParameters] RequestServices services)
    {
        (HttpContext context, ServedModels models, RequestTokenizer tokenizer, RequestLimits limits) = services;
        GuessRequest request = body.Value;
        ServedModel model = models.Find(request.Model, model => model.Fills is not null, "fills masks", ModelHeads.MaskedLM);
        if (request.Top is < 1 or > MostCandidates || request.Words.Length > MostWords)
        {
            throw ApiException.Invalid($"`top` is {request.Top} and `words` are {request.Words.Length}; expected 1 to {MostCandidates}, and at most {MostWords}");
        }

        TokenizedText[] tokens = tokenizer.Tokenize(context, model, new TextInputs([.. request.Texts.Select(text => (TextInput)text)], IsBatch: true), new Truncation(Wanted: false));
        TextRow[] rows = [.. request.Texts.Zip(tokens, (text, row) => new TextRow(text, row))];
        FillMask fillMask = model.Pipelines.FillMask!;
        if (rows.Any(row => !fillMask.MaskPositions(row.Tokens).Any()))
        {
            throw ApiException.Invalid("a text has no [MASK]; write [MASK] where a word is to be found", "texts");
        }

        limits.CheckTokens(context, rows.Sum(row => (long)model.FillCost(row.Tokens)));
        // As many more as could be special tokens, which nobody would write in a text.
        IReadOnlyList<string> vocabulary = model.Tokenizer.Vocabulary.Tokens;
        int top = request.Top + vocabulary.Index().Count(token => model.Tokenizer.IsSpecial(token.Index));
        Task<(int Id, double Probability)[][][]> fills = ServedModel.RunAsync(
            model.Fills!, [.. rows.Select(row => new MaskedText(row, top))], text => model.FillCost(text.Row.Tokens), context);
        Task<IReadOnlyList<double?[]>[]> weights = ServedModel.RunAsync(
            model.Weights!, [.. rows.Select(row => new WeighedText(row, request.Words))], text => model.FillCost(text.Row.Tokens), context);
        return new GuessList(
            [.. (await fills).Zip(await weights, (masks, likelihoods) => masks.Zip(likelihoods, Shown).ToArray())],
            [.. request.Words.Select(word => fillMask.WordId(word) is int id ? vocabulary[id] : null)]);

        ShownGuess Shown((int Id, double Probability)[] likeliest, double?[] likelihoods) => new(
            [.. likeliest.Where(word => IsWord(model.Tokenizer, word.Id)).Take(request.Top).Select(word => new Candidate(vocabulary[word.Id], word.Probability))], likelihoods);
    }

    /// <summary>Neither a special token nor one of the places that BERT's vocabularies keep free.</summary>
    private static bool IsWord(BertTokenizer tokenizer, int id) =>
        !tokenizer.IsSpecial(id) && !tokenizer.Vocabulary.Tokens[id].StartsWith("[unused", StringComparison.Ordinal);

    private static TokenList Tokens(JsonBody<TextRequest> body, HttpContext context, ServedModels models, RequestLimits limits)
    {
        ServedModel model = models.Find(body.Value.Model);
        limits.CheckBatchSize(context, 1, isBatch: false);
        TokenizedText whole = model.Tokenizer.Encode(body.Value.Text);
        if (whole.Ids.Count <= model.MaxInputLength)
        {
            return new TokenList(whole.Tokens, whole.Ids.Count, body.Value.Text.Length);
        }

        TokenizedText read = model.Tokenizer.Encode(body.Value.Text, maxLength: model.MaxInputLength);
        return new TokenList(read.Tokens, whole.Ids.Count, read.Offsets.Max(offset => offset.End));
    }

    private static PassageList Passages(JsonBody<TextRequest> body, HttpContext context, ServedModels models, RequestLimits limits)
    {
        ServedModel model = models.Find(body.Value.Model);
        limits.CheckBatchSize(context, 1, isBatch: false);
        int tokens = Math.Min(LongestPassage, model.MaxInputLength);
        return new PassageList([.. new PassageSplitter(model.Tokenizer, tokens, tokens / 4).Split(body.Value.Text).Select(passage => new ShownPassage(passage.Start, passage.End))]);
    }

    /// <param name="Models">In the order in which they were named.</param>
    /// <param name="TextsAtOnce">How many texts a request may hold.</param>
    /// <param name="PayloadLimit">How many bytes a request may have.</param>
    private sealed record ModelList(ShownModel[] Models, int TextsAtOnce, int PayloadLimit);

    /// <summary>What a model can do; of kernels, how many layers have them.</summary>
    private sealed record ShownModel(string Name, bool Fills, bool Classes, bool Tags, bool Answers, bool Embeds, bool Searches, int Kernels)
    {
        public static ShownModel Of(ServedModel model, ServedIndex index) => new(
            model.Name, Fills: model.Fills is not null, Classes: model.Classes is not null, Tags: model.Tags is not null, Answers: model.Answers is not null,
            Embeds: true, Searches: index.Model == model, Kernels: model.KernelLayers);
    }

    private sealed record GuessRequest(string[] Texts, string[] Words, int Top = 5, string? Model = null);

    /// <param name="Guesses">Of each text, one for each mask.</param>
    /// <param name="Pieces">Each word of the request as the vocabulary spells it; null for one that is more than a piece of it.</param>
    private sealed record GuessList(ShownGuess[][] Guesses, string?[] Pieces);

    /// <param name="Candidates">The likeliest first.</param>
    /// <param name="Words">How likely each word of the request is; null for one that is more than a piece of the vocabulary.</param>
    private sealed record ShownGuess(Candidate[] Candidates, double?[] Words);

    private sealed record Candidate(string Token, double Probability);

    private sealed record TextRequest(string Text, string? Model = null);

    /// <param name="Tokens">Those that the model reads.</param>
    /// <param name="Total">Tokens of the whole text.</param>
    /// <param name="End">Where in the text the last of those lies that it reads.</param>
    private sealed record TokenList(IReadOnlyList<string> Tokens, int Total, int End);

    private sealed record PassageList(ShownPassage[] Passages);

    private sealed record ShownPassage(int Start, int End);

    private sealed record KernelList(LayerKernels[] Layers)
    {
        public static KernelList Of(ServedModel model) => new(
        [
            .. model.Pipelines.Kernels(Math.Min(LongestKernel, model.MaxInputLength)).GroupBy(shape => shape.Layer)
                .Select(layer => new LayerKernels(layer.Key + 1, In(layer, Direction.Forward), In(layer, Direction.Backward))),
        ]);

        private static ShownKernel[] In(IEnumerable<KernelShape> layer, Direction direction) =>
            [.. layer.Where(shape => shape.Direction == direction).Select(shape => new ShownKernel(shape.Reach(0.5), shape.Reach(), [.. shape.Values.Select(value => (float)value)]))];
    }

    /// <param name="Layer">From 1.</param>
    /// <param name="Forward">What comes from words before.</param>
    /// <param name="Backward">What comes from words behind.</param>
    private sealed record LayerKernels(int Layer, ShownKernel[] Forward, ShownKernel[] Backward);

    /// <param name="Half">The offset within which half of it lies.</param>
    /// <param name="Reach">The offset within which nine tenths of it lie.</param>
    /// <param name="Values">K at the word itself, one further, and so on.</param>
    private sealed record ShownKernel(int Half, int Reach, float[] Values);
}

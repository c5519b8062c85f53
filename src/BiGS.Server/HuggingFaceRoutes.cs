using System.ComponentModel;
using System.Text.Json.Serialization;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>
/// Fills, tags, answers and classes in the shapes of Hugging Face's pipelines, which its inference clients expect
/// (huggingface_hub, @huggingface/inference). For vectors and similarity these are the shapes of <c>/embed</c> and <c>/similarity</c>.
/// </summary>
internal static class HuggingFaceRoutes
{
    private const string Outside = "O";

    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder pipeline = routes.MapGroup("/pipeline");
        pipeline.MapPost("/fill-mask", FillMaskAsync).Describe("pipeline_fill_mask", "The likeliest words for the [MASK] of a text; a list for each of several");
        pipeline.MapPost("/token-classification", TokenClassificationAsync).Describe("pipeline_token_classification", "Groups of words of a text that have a tag other than \"O\"");
        pipeline.MapPost("/question-answering", QuestionAnsweringAsync).Describe("pipeline_question_answering", "The words of a text that answer a question; several where `top_k` is more than 1");
        pipeline.MapPost("/text-classification", TextClassificationAsync).Describe("pipeline_text_classification", "Classes of each text, the likeliest first");
    }

    public static async Task<FillMaskOutput> FillMaskAsync(JsonBody<FillMaskInput> body, [AsParameters] RequestServices services)
    {
        FillMaskInput request = body.Value;
        if (request.Parameters?.Targets is not null)
        {
            throw ApiException.Invalid("`targets` is given, but fills are of the whole vocabulary here; leave it out", "targets");
        }

        WordPredictionRoutes.FilledText[] texts = await WordPredictionRoutes.FillAsync(
            new TextInputs([request.Inputs], IsBatch: false), request.Parameters?.TopK ?? 5, withTexts: true, request.Model, "top_k", services);
        return new FillMaskOutput([.. texts[0].Masks.Select(mask => mask.Candidates.Select(word => new FilledSequence(word.Probability, word.Id, word.Token, word.Text!)).ToArray())]);
    }

    public static async Task<TaggedGroup[]> TokenClassificationAsync(JsonBody<TokenClassificationInput> body, [AsParameters] RequestServices services)
    {
        if (body.Value.Parameters?.AggregationStrategy == "none")
        {
            throw ApiException.Invalid("`aggregation_strategy` is none, but tags are of whole words here; expected simple, or leave it out", "aggregation_strategy");
        }

        (string text, IReadOnlyList<TaggedWord> words) = (await WordPredictionRoutes.TagWordsAsync(
            new TextInputs([body.Value.Inputs], IsBatch: false), truncate: null, body.Value.Model, services))[0];
        return [.. Group(text, words)];
    }

    public static async Task<QuestionAnsweringOutput> QuestionAnsweringAsync(JsonBody<QuestionAnsweringInput> body, [AsParameters] RequestServices services)
    {
        QuestionAnsweringInput request = body.Value;
        int top = request.Parameters?.TopK ?? 1;
        AnswerResult found = (await QuestionAnsweringRoutes.FindAsync(
            new QuestionAnsweringRoutes.Questions([request.Inputs], IsBatch: false), top, request.Model, "top_k", services))[0];
        var characters = new CharacterOffsets(request.Inputs.Context);
        FoundAnswer[] answers = [.. found.Candidates.Select(answer => new FoundAnswer(answer.Text, answer.Probability, characters.At(answer.Start), characters.At(answer.End)))];
        if (request.Parameters?.HandleImpossibleAnswer == true && found.Best is null)
        {
            answers = [new FoundAnswer("", found.NoAnswerProbability ?? 1, 0, 0), .. answers];
        }

        return new QuestionAnsweringOutput([.. answers.Take(top)], IsBatch: top > 1);
    }

    public static async Task<ClassificationRoutes.Prediction[][]> TextClassificationAsync(
        JsonBody<TextClassificationInput> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        TextClassificationInput request = body.Value;
        ServedModel model = ClassificationRoutes.Find(models, request.Model);
        int top = request.Parameters?.TopK ?? model.Pipelines.Labels.Count;
        RequestLimits.CheckTop(top, int.MaxValue, "top_k");
        TokenizedText[] rows = tokenizer.Tokenize(context, model, request.Inputs, new Truncation(Wanted: null));
        Classification[] classes = await ServedModel.RunAsync(model.Classes!, rows, context);
        return [.. classes.Select(answer => ClassificationRoutes.Predict(answer, model, rawScores: false).Take(top).ToArray())];
    }

    /// <summary>Words in a row that have the same tag, "B-" beginning a new one; each group's score is the mean of its words'.</summary>
    private static IEnumerable<TaggedGroup> Group(string text, IReadOnlyList<TaggedWord> words)
    {
        var characters = new CharacterOffsets(text);
        for (int first = 0; first < words.Count;)
        {
            string entity = Entity(words[first].Tag);
            int end = first + 1;
            while (end < words.Count && Entity(words[end].Tag) == entity && !words[end].Tag.StartsWith("B-", StringComparison.Ordinal))
            {
                end++;
            }

            TaggedWord[] group = [.. words.Take(first..end)];
            first = end;
            if (entity != Outside)
            {
                (int start, int stop) = (group[0].Start, group[^1].End);
                yield return new TaggedGroup(entity, group.Average(word => word.Probability), text[start..stop], characters.At(start), characters.At(stop));
            }
        }
    }

    private static string Entity(string tag) => tag.StartsWith("B-", StringComparison.Ordinal) || tag.StartsWith("I-", StringComparison.Ordinal) ? tag[2..] : tag;

    internal sealed record FillMaskInput(string Inputs, FillMaskParameters? Parameters = null, [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record FillMaskParameters(int? TopK = null, string[]? Targets = null);

    internal sealed record FilledSequence(double Score, int Token, string TokenStr, string Sequence);

    internal sealed record TokenClassificationInput(string Inputs, TokenClassificationParameters? Parameters = null, [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record TokenClassificationParameters(string? AggregationStrategy = null);

    internal sealed record TaggedGroup(string EntityGroup, double Score, string Word, int Start, int End);

    internal sealed record QuestionAnsweringInput(
        QuestionAnsweringRoutes.Asked Inputs, QuestionAnsweringParameters? Parameters = null, [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record QuestionAnsweringParameters(int? TopK = null, bool? HandleImpossibleAnswer = null);

    internal sealed record FoundAnswer(string Answer, double Score, int Start, int End);

    internal sealed record TextClassificationInput(
        TextPairInputs Inputs, TextClassificationParameters? Parameters = null, [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record TextClassificationParameters(int? TopK = null);

    /// <summary>A list for the one [MASK] of a text, or a list for each of several.</summary>
    [JsonConverter(typeof(OneOrSeveralWriter))]
    internal sealed record FillMaskOutput(FilledSequence[][] Masks) : IOneOrSeveral
    {
        object IOneOrSeveral.Value => Masks.Length == 1 ? Masks[0] : Masks;
    }

    /// <summary>An answer, or a list where several are asked for.</summary>
    [JsonConverter(typeof(OneOrSeveralWriter))]
    internal sealed record QuestionAnsweringOutput(FoundAnswer[] Answers, bool IsBatch) : IOneOrSeveral
    {
        object IOneOrSeveral.Value => IsBatch || Answers.Length != 1 ? Answers : Answers[0];
    }
}

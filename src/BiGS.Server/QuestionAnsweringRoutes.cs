using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Answers that stand in texts of any length: those of <c>bigs answer --json</c>, one for each question.</summary>
internal static class QuestionAnsweringRoutes
{
    private const int MostCandidates = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/answer", AnswerAsync).Describe("answer", "The words of a text that answer a question");

    /// <summary>The answers to questions.</summary>
    /// <param name="questions">One or several.</param>
    /// <param name="top">How many candidates for each.</param>
    /// <param name="modelName">What the request calls the model; null for the first that answers questions.</param>
    /// <param name="topParameter">What the request calls <paramref name="top"/>.</param>
    /// <param name="services">Of the request.</param>
    public static async Task<AnswerResult[]> FindAsync(Questions questions, int top, string? modelName, string topParameter, RequestServices services)
    {
        (HttpContext context, ServedModels models, _, RequestLimits limits) = services;
        ServedModel model = models.Find(modelName, model => model.Answers is not null, "answers questions", ModelHeads.QuestionAnswering);
        RequestLimits.CheckTop(top, MostCandidates, topParameter);
        limits.CheckBatchSize(context, questions.All.Length, questions.IsBatch);
        if (questions.All.Any(asked => string.IsNullOrWhiteSpace(asked.Question) || string.IsNullOrWhiteSpace(asked.Context)))
        {
            throw ApiException.Invalid("a question or its context is empty; expected a question, and a text to look for its answer in", "inputs");
        }

        Answerer answerer = model.Pipelines.Answerer!;
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<TokenizedQuestion> tokenized = answerer.Tokenize([.. questions.All.Select(asked => new QuestionContext(asked.Question, asked.Context))]);
        context.Statistics().Tokenization = Stopwatch.GetElapsedTime(start);
        context.Statistics().Characters = questions.All.Sum(asked => asked.Question.Length + asked.Context.Length);
        context.Statistics().Tokens = tokenized.Sum(asked => asked.Question.Count + asked.TextTokens.Ids.Count);
        limits.CheckTokens(context, tokenized.Sum(answerer.CountWindowTokens));
        IReadOnlyList<AnswerWindow>[] windows = [.. tokenized.Select(answerer.Windows)];
        var logits = new Queue<WindowLogits>(await ServedModel.RunAsync(model.Answers!, [.. windows.SelectMany(all => all)], window => window.Ids.Length, context));
        return [.. tokenized.Zip(windows, (asked, own) => answerer.Find(asked, [.. own.Select(window => (window, logits.Dequeue()))], top))];
    }

    private static async Task<QuestionAnswer[]> AnswerAsync(JsonBody<AnswerRequest> body, [AsParameters] RequestServices services)
    {
        int top = body.Value.Top ?? 1;
        AnswerResult[] answers = await FindAsync(body.Value.Inputs, top, body.Value.Model, "top", services);
        return [.. body.Value.Inputs.All.Zip(answers, (asked, answer) => QuestionAnswer.Of(asked, answer, top))];
    }

    private sealed record AnswerRequest(
        Questions Inputs,
        [property: Description("How many candidates for each question; 1 by default.")] int? Top = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record Asked(string Question, string Context);

    /// <summary>One question or several.</summary>
    /// <param name="All">In the order of the request.</param>
    /// <param name="IsBatch">Whether they came as a list.</param>
    [JsonConverter(typeof(Reader))]
    internal sealed record Questions(Asked[] All, bool IsBatch)
    {
        private sealed class Reader : JsonConverter<Questions>
        {
            public override Questions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                try
                {
                    return reader.TokenType == JsonTokenType.StartArray
                        ? new Questions(JsonSerializer.Deserialize<Asked[]>(ref reader, options)!, IsBatch: true)
                        : new Questions([JsonSerializer.Deserialize<Asked>(ref reader, options)!], IsBatch: false);
                }
                catch (JsonException)
                {
                    throw new JsonException("expected {\"question\": text, \"context\": text}, or a list of such");
                }
            }

            public override void Write(Utf8JsonWriter writer, Questions value, JsonSerializerOptions options) => throw new NotSupportedException();
        }
    }

    /// <param name="Question">As it was asked.</param>
    /// <param name="Answer">Null where the model says that the text holds none.</param>
    /// <param name="NoAnswerProbability">Null where the model was not trained to say so.</param>
    /// <param name="Candidates">The likeliest first.</param>
    private sealed record QuestionAnswer(string Question, string? Answer, double? NoAnswerProbability, Candidate[] Candidates)
    {
        public static QuestionAnswer Of(Asked asked, AnswerResult answer, int top)
        {
            var characters = new CharacterOffsets(asked.Context);
            return new QuestionAnswer(asked.Question, answer.Best?.Text, answer.NoAnswerProbability, [.. answer.Candidates.Take(top).Select(candidate =>
                new Candidate(candidate.Text, candidate.Probability, characters.At(candidate.Start), characters.At(candidate.End)))]);
        }
    }

    private sealed record Candidate(string Text, double Probability, int Start, int End);
}

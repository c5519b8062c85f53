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

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/answer", AnswerAsync).WithSummary("The words of a text that answer a question");

    private static async Task<QuestionAnswer[]> AnswerAsync(JsonBody<AnswerRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        AnswerRequest request = body.Value;
        ServedModel model = models.Find(request.Model, model => model.Answers is not null, "answers questions", ModelHeads.QuestionAnswering);
        RequestTokenizer.CheckTop(request.Top, MostCandidates);
        tokenizer.CheckBatchSize(context, request.Inputs.All.Length);
        if (request.Inputs.All.Any(asked => string.IsNullOrWhiteSpace(asked.Question) || string.IsNullOrWhiteSpace(asked.Context)))
        {
            throw ApiException.InputTooLong("a question or its context is empty; expected a question, and a text to look for its answer in");
        }

        IReadOnlyList<TokenizedQuestion> questions = model.Pipelines.Answerer!.Tokenize([.. request.Inputs.All.Select(asked => new QuestionContext(asked.Question, asked.Context))]);
        context.Statistics().Tokens = questions.Sum(Tokens);
        AnswerResult[] answers = await ServedModel.RunAsync(
            model.Answers!, questions.Select(question => new RankedQuestion(question, request.Top)), question => Tokens(question.Asked), context.RequestAborted);
        return [.. request.Inputs.All.Zip(answers, (asked, answer) => QuestionAnswer.Of(asked, answer, request.Top))];
    }

    private static int Tokens(TokenizedQuestion asked) => asked.Question.Count + asked.TextTokens.Ids.Count;

    private sealed record AnswerRequest(Questions Inputs, int Top = 1, string? Model = null);

    private sealed record Asked(string Question, string Context);

    /// <summary>One question or several.</summary>
    [JsonConverter(typeof(Reader))]
    private sealed record Questions(Asked[] All)
    {
        private sealed class Reader : JsonConverter<Questions>
        {
            public override Questions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                try
                {
                    return new Questions(reader.TokenType == JsonTokenType.StartArray
                        ? JsonSerializer.Deserialize<Asked[]>(ref reader, options)!
                        : [JsonSerializer.Deserialize<Asked>(ref reader, options)!]);
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

using System.Net;
using System.Text.Json;
using BiGS.Support;

namespace BiGS.Server.Tests;

/// <summary>What clients of OpenAI and of Hugging Face's pipelines check of an answer.</summary>
public class ClientShapesTests
{
    [Theory]
    [InlineData("""{"model": "nobody", "input": "the"}""", 404, "model", "model_not_found", "`nobody` is not loaded")]
    [InlineData("""{"input": ""}""", 400, "input", null, "`input` cannot be empty")]
    [InlineData("""{"input": []}""", 400, "input", null, "`input` cannot be empty")]
    [InlineData("""{"input": [5, 99999]}""", 400, "input", null, "not all of this vocabulary")]
    [InlineData("""{"input": {"a": 1}}""", 400, "input", null, "$.input")]
    [InlineData("""{}""", 400, "input", null, "'input'")]
    [InlineData("""{"input": "the", "dimensions": 3}""", 400, "dimensions", null, "leave it out")]
    [InlineData("""{"input": "the", "encoding_format": "hex"}""", 400, "encoding_format", null, "$.encoding_format")]
    [InlineData("""{"input": "the", "prompt_name": "query"}""", 400, "prompt_name", null, "prompt")]
    [InlineData("""{"input": ["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"]}""", 413, "input", null, "batch size 33")]
    [InlineData("{", 400, null, null, "not JSON")]
    public async Task ErrorsAreInOpenAIsWords(string body, int status, string? parameter, string? code, string part)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        foreach (string route in (string[])["/v1/embeddings", "/embeddings"])
        {
            Answered answered = await server.Post(route, body);
            JsonElement error = answered.Json.GetProperty("error");
            Assert.Equal(status, (int)answered.Status);
            Assert.Equal(parameter, error.GetProperty("param").GetString());
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
            Assert.Contains(part, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ARouteOfOpenAIThatIsNotHereIsToldSo()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        Answered unknown = await server.Post("/v1/chat/completions", "{}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.StartsWith("Invalid URL (POST /v1/chat/completions)", unknown.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, unknown.Json.GetProperty("error").GetProperty("code").ValueKind);
        Answered method = await server.Get("/v1/embeddings");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_supported"), (method.Status, method.Json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task AModelWhoseNameHasASlashIsFound()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.Models[0] = options.Models[0] with { Name = "owner/small" });
        foreach (string route in (string[])["/v1/models/owner/small", "/v1/models/owner%2Fsmall"])
        {
            Assert.Equal("owner/small", (await server.Get(route)).Succeeded().GetProperty("id").GetString());
        }

        Assert.Equal("owner/small", (await server.Get("/info")).Succeeded().GetProperty("served_model_name").GetString());
    }

    [Fact]
    public async Task FillsAreAsHuggingFacesClientsReadThem()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        JsonElement ours = (await server.PostValue("/fill-mask", new { inputs = "the [MASK] sleeps .", top = 3, return_text = true })).Succeeded()[0].GetProperty("masks")[0].GetProperty("candidates");
        JsonElement theirs = (await server.PostValue("/pipeline/fill-mask", new { inputs = "the [MASK] sleeps .", parameters = new { top_k = 3 } })).Succeeded();
        Assert.Equal(3, theirs.GetArrayLength());
        Assert.All(ours.EnumerateArray().Zip(theirs.EnumerateArray()), pair => Assert.Equal(
            (pair.First.GetProperty("probability").GetDouble(), pair.First.GetProperty("id").GetInt32(), pair.First.GetProperty("token").GetString(), pair.First.GetProperty("text").GetString()),
            (pair.Second.GetProperty("score").GetDouble(), pair.Second.GetProperty("token").GetInt32(), pair.Second.GetProperty("token_str").GetString(), pair.Second.GetProperty("sequence").GetString())));
        JsonElement several = (await server.PostValue("/pipeline/fill-mask", new { inputs = "[MASK] sleeps [MASK]" })).Succeeded();
        Assert.Equal([5, 5], several.EnumerateArray().Select(mask => mask.GetArrayLength()));
        (await server.PostValue("/pipeline/fill-mask", new { inputs = "the [MASK]", parameters = new { targets = new[] { "farmer" } } })).Refused(422, "Validation", "`targets`");
        (await server.PostValue("/pipeline/fill-mask", new { inputs = "the [MASK]", parameters = new { top_k = 0 } })).Refused(422, "Validation", "`top_k` is 0");
    }

    [Fact]
    public async Task TagsAndClassesAreAsHuggingFacesClientsReadThem()
    {
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        await using RunningServer server = await RunningServer.Start([tags.Folder, classes.Folder]);
        const string text = "the 😀 farmer sleeps near the trees .";
        JsonElement[] words = [.. (await server.PostValue("/tag", new { inputs = text })).Succeeded()[0].GetProperty("words").EnumerateArray()];
        JsonElement[] groups = [.. (await server.PostValue("/pipeline/token-classification", new { inputs = text })).Succeeded().EnumerateArray()];
        Assert.Equal(words[0].GetProperty("start").GetInt32(), groups[0].GetProperty("start").GetInt32());
        Assert.Equal(words[^1].GetProperty("end").GetInt32(), groups[^1].GetProperty("end").GetInt32());
        foreach (JsonElement group in groups)
        {
            JsonElement[] inside = [.. words.Where(word => word.GetProperty("start").GetInt32() >= group.GetProperty("start").GetInt32() && word.GetProperty("end").GetInt32() <= group.GetProperty("end").GetInt32())];
            Assert.All(inside, word => Assert.Equal(group.GetProperty("entity_group").GetString(), word.GetProperty("tag").GetString()));
            Assert.Equal(inside.Average(word => word.GetProperty("probability").GetDouble()), group.GetProperty("score").GetDouble(), 1e-9);
        }

        Assert.All(groups.Zip(groups.Skip(1)), pair => Assert.NotEqual(pair.First.GetProperty("entity_group").GetString(), pair.Second.GetProperty("entity_group").GetString()));
        JsonElement predicted = (await server.PostValue("/predict", new { inputs = text })).Succeeded();
        Assert.Equal(predicted.GetRawText(), (await server.PostValue("/pipeline/text-classification", new { inputs = text })).Succeeded()[0].GetRawText());
        Assert.Single((await server.PostValue("/pipeline/text-classification", new { inputs = text, parameters = new { top_k = 1 } })).Succeeded()[0].EnumerateArray());
    }

    [Fact]
    public async Task AnswersAreAsHuggingFacesClientsReadThem()
    {
        using var model = new SmallModel(head: "BiGSForQuestionAnswering");
        await using RunningServer server = await RunningServer.Start(model.Folder);
        var inputs = new { question = "why", context = "the farmer near the trees sleeps ." };
        JsonElement ours = (await server.PostValue("/answer", new { inputs, top = 2 })).Succeeded()[0].GetProperty("candidates");
        JsonElement one = (await server.PostValue("/pipeline/question-answering", new { inputs })).Succeeded();
        Assert.Equal(ours[0].GetProperty("text").GetString(), one.GetProperty("answer").GetString());
        JsonElement two = (await server.PostValue("/pipeline/question-answering", new { inputs, parameters = new { top_k = 2 } })).Succeeded();
        Assert.Equal(2, two.GetArrayLength());
        Assert.All(ours.EnumerateArray().Zip(two.EnumerateArray()), pair => Assert.Equal(
            (pair.First.GetProperty("text").GetString(), pair.First.GetProperty("probability").GetDouble(), pair.First.GetProperty("start").GetInt32(), pair.First.GetProperty("end").GetInt32()),
            (pair.Second.GetProperty("answer").GetString(), pair.Second.GetProperty("score").GetDouble(), pair.Second.GetProperty("start").GetInt32(), pair.Second.GetProperty("end").GetInt32())));
    }
}

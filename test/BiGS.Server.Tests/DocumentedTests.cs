using System.Net;
using System.Text;
using System.Text.Json;
using BiGS.Support;

namespace BiGS.Server.Tests;

/// <summary>
/// Requests and answers as the documents of text-embeddings-inference and OpenAI show them: each request is sent, and the answer has the status, the names
/// and the kinds of values of the documented one.
/// </summary>
public class DocumentedTests
{
    private static readonly string Folder = Path.Combine(Shared.Repository, "test", "BiGS.Tests", "Server", "Documented");

    public static TheoryData<string> Examples =>
    [
        .. Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal).SelectMany(file =>
            Read(file).EnumerateArray().Select(example => $"{Path.GetFileNameWithoutExtension(file)}: {example.GetProperty("name").GetString()}")),
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task AnAnswerHasTheDocumentedShape(string name)
    {
        string[] parts = name.Split(": ", 2);
        JsonElement example = Read(Path.Combine(Folder, parts[0] + ".json")).EnumerateArray().Single(example => example.GetProperty("name").GetString() == parts[1]);
        using var model = new SmallModel(head: Text(example, "head") ?? "BiGSForMaskedLM", labels: Text(example, "head") is null || !example.TryGetProperty("labels", out JsonElement labels) ? 3 : labels.GetInt32());
        await using RunningServer server = await RunningServer.Start(model.Folder, options =>
        {
            options.ApiKey = Text(example, "key");
            options.MaxConcurrentRequests = 1;
            options.Models[0] = options.Models[0] with { Name = example.TryGetProperty("request", out JsonElement asked) ? Text(asked, "model") : null };
        });
        var held = new HeldContent("""{"inputs": "the"}""");
        Task<Answered> inside = Task.FromResult(new Answered(HttpStatusCode.OK, ""));
        if (Text(example, "overloaded") is not null)
        {
            inside = server.Send(HttpMethod.Post, "/embed", held);
            while (!(await server.Get("/metrics")).Text.Contains("te_requests_under_way 1\n", StringComparison.Ordinal))
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        string route = example.GetProperty("path").GetString()!.Replace("{model}", Path.GetFileName(model.Folder), StringComparison.Ordinal);
        StringContent? body = example.TryGetProperty("request", out JsonElement request) ? new StringContent(request.GetRawText(), Encoding.UTF8, "application/json") : null;
        Answered answered = await server.Send(new HttpMethod(example.GetProperty("method").GetString()!), route, body);
        held.LetGo();
        Assert.Equal(HttpStatusCode.OK, (await inside).Status);
        Assert.True((int)answered.Status == example.GetProperty("status").GetInt32(), $"{(int)answered.Status}: {answered.Text}");
        string[] mayBeNull = [.. example.TryGetProperty("nullable", out JsonElement nullable) ? nullable.EnumerateArray().Select(key => key.GetString()!) : []];
        AssertShape(example.GetProperty("response"), answered.Json, "$", mayBeNull);
    }

    [Fact]
    public void AnotherShapeIsSeen()
    {
        JsonElement expected = JsonDocument.Parse("""{"a": [{"b": 1.5}], "c": null}""").RootElement;
        AssertShape(expected, JsonDocument.Parse("""{"a": [{"b": 7}, {"b": 8}], "c": "x", "more": 1}""").RootElement, "$", []);
        foreach (string other in (string[])["""{"a": [{"b": "1"}], "c": null}""", """{"a": {"b": 1}, "c": null}""", """{"a": [], "c": null}""", """{"a": [{"b": null}], "c": null}""", """{"a": [{"b": 1}]}"""])
        {
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertShape(expected, JsonDocument.Parse(other).RootElement, "$", []));
        }
    }

    /// <summary>What the document shows is there, and of its kind; a null in the document may be anything. Elements of a list look like the first documented one.</summary>
    private static void AssertShape(JsonElement documented, JsonElement actual, string path, string[] mayBeNull)
    {
        if (documented.ValueKind == JsonValueKind.Null || actual.ValueKind == JsonValueKind.Null && mayBeNull.Any(key => path.EndsWith("." + key, StringComparison.Ordinal)))
        {
            return;
        }

        Assert.True(Kind(documented) == Kind(actual), $"{path} is {actual.ValueKind}, and {documented.ValueKind} in the document");
        if (documented.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in documented.EnumerateObject())
            {
                Assert.True(actual.TryGetProperty(property.Name, out JsonElement value), $"{path} has no {property.Name}");
                AssertShape(property.Value, value, $"{path}.{property.Name}", mayBeNull);
            }
        }
        else if (documented.ValueKind == JsonValueKind.Array)
        {
            Assert.True(actual.GetArrayLength() > 0, $"{path} is empty");
            Assert.All(actual.EnumerateArray(), (item, i) => AssertShape(documented[0], item, $"{path}[{i}]", mayBeNull));
        }
    }

    private static JsonValueKind Kind(JsonElement element) => element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;

    private static string? Text(JsonElement example, string name) => example.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;
}

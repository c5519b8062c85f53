using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Nodes;
using BiGS.Search;
using BiGS.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace BiGS.Server.Tests;

/// <summary>A C# client is generated from the OpenAPI document, compiled, and calls every route.</summary>
public class GeneratedClientTests
{
    /// <summary>What each operation is sent; null where it takes nothing.</summary>
    private static readonly Dictionary<string, string?[]> Requests = new()
    {
        ["health"] = [null],
        ["ping"] = [null],
        ["info"] = [null],
        ["metrics"] = [null],
        ["list_models"] = [null],
        ["retrieve_model"] = ["\"fills\""],
        ["embed"] =
        [
            """{"inputs": "the farmer"}""", """{"inputs": ["the farmer", "why"], "normalize": false, "truncation_direction": "Left"}""", """{"inputs": [5, 6]}""", """{"inputs": [[5, 6], [7]]}""",
        ],
        ["embed_all"] = ["""{"inputs": "the farmer"}"""],
        ["similarity"] = ["""{"inputs": {"source_sentence": "the farmer", "sentences": ["the trees"]}, "parameters": {"truncate": true}}"""],
        ["predict"] = ["""{"inputs": "the farmer"}""", """{"inputs": ["the farmer", "why"]}""", """{"inputs": [["the farmer"], ["why", "the trees"]]}"""],
        ["rerank"] = ["""{"query": "why", "texts": ["the farmer", "the trees"], "return_text": true}"""],
        ["fill_mask"] = ["""{"inputs": "the [MASK] sleeps .", "top": 2, "return_text": true}""", """{"inputs": ["[MASK]", "the [MASK]"]}"""],
        ["tag"] = ["""{"inputs": ["the farmer", "why"]}"""],
        ["answer"] = ["""{"inputs": {"question": "why", "context": "the farmer sleeps"}}""", """{"inputs": [{"question": "why", "context": "the farmer sleeps"}], "top": 2}"""],
        ["search"] = ["""{"question": "why"}""", """{"question": "the farmer", "top": 1, "mode": "keyword"}"""],
        ["tokenize"] = ["""{"inputs": "the farmer"}""", """{"inputs": ["the farmer"], "add_special_tokens": false}"""],
        ["decode"] = ["""{"ids": [5, 6]}""", """{"ids": [[5, 6], [7]]}"""],
        ["create_embedding"] = ["""{"input": "the farmer", "model": "fills"}""", """{"input": ["the farmer", "why"], "encoding_format": "base64"}"""],
        ["create_embedding_without_version"] = ["""{"input": "the farmer"}"""],
        ["pipeline_fill_mask"] = ["""{"inputs": "the [MASK]", "parameters": {"top_k": 2}}""", """{"inputs": "[MASK] [MASK]"}"""],
        ["pipeline_token_classification"] = ["""{"inputs": "the farmer"}"""],
        ["pipeline_question_answering"] =
        [
            """{"inputs": {"question": "why", "context": "the farmer sleeps"}}""", """{"inputs": {"question": "why", "context": "the farmer sleeps"}, "parameters": {"top_k": 2}}""",
        ],
        ["pipeline_text_classification"] = ["""{"inputs": "the farmer", "parameters": {"top_k": 1}}"""],
    };

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AGeneratedClientCallsEveryRoute()
    {
        using var fills = new SmallModel();
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering");
        using var value = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        string folder = Directory.CreateDirectory(fills.File("documents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "farm.txt"), "the farmer sleeps .", Now);
        using (SearchModel model = SearchModel.Open(fills.Folder, OnTorch.Fp32))
        {
            await SearchIndex.UpdateAsync(folder, model, cancellationToken: Now);
        }

        await using RunningServer server = await RunningServer.Start([fills.Folder, tags.Folder, answers.Folder, value.Folder], options =>
        {
            options.Models[0] = options.Models[0] with { Name = "fills" };
            options.ApiKey = "secret";
            options.IndexPath = folder;
        });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        JsonNode description = JsonNode.Parse(await server.Client.GetStringAsync("/openapi.json", Now))!;
        ReplaceUnions(description, description["components"]!["schemas"]!.AsObject());
        Assert.Equal(["float", "base64"], description["components"]!["schemas"]!["EncodingFormat"]!["enum"]!.AsArray().Select(value => value!.GetValue<string>()));
        OpenApiDocument document = await OpenApiDocument.FromJsonAsync(description.ToJsonString(), Now);
        Assert.Equal(Requests.Keys.Order(), document.Operations.Select(operation => operation.Operation.OperationId).Order());
        Assert.All(document.Operations, operation => Assert.Equal(operation.Path is not ("/health" or "/ping"), operation.Operation.ActualSecurity.Count > 0));

        Type type = Compile(Generate(document)).GetType("Generated.BiGSClient")!;
        object client = Activator.CreateInstance(type, server.Client)!;
        foreach ((string operation, string?[] bodies) in Requests)
        {
            MethodInfo method = Method(type, operation);
            foreach (string? body in bodies)
            {
                Task call = Call(client, method, body);
                await call;
                object? answer = method.ReturnType.IsGenericType ? ((dynamic)call).Result : null;
                Assert.True(method.ReturnType.IsGenericType == operation is not ("health" or "ping") && (answer is null || JsonSerializer.Serialize(answer).Length > 2), $"{operation} {body}: {answer}");
            }
        }

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => Call(client, Method(type, "embed"), """{"inputs": "the", "model": "nobody"}"""));
        Assert.Equal("ApiException`1", refused.GetType().Name);
        Assert.Equal(404, ((dynamic)refused).StatusCode);
        Assert.Contains("`nobody` is not loaded", (string)((dynamic)refused).Result.Error, StringComparison.Ordinal);
        Exception openAI = await Assert.ThrowsAnyAsync<Exception>(() => Call(client, Method(type, "create_embedding"), """{"input": ""}"""));
        Assert.Equal("input", (string)((dynamic)openAI).Result.Error.Param);
    }

    private static MethodInfo Method(Type client, string operation) => client.GetMethods()
        .Single(method => method.Name == $"{char.ToUpperInvariant(operation[0])}{operation[1..]}Async" && method.GetParameters().All(parameter => parameter.ParameterType != typeof(CancellationToken)));

    private static Task Call(object client, MethodInfo method, string? body) =>
        (Task)method.Invoke(client, body is null ? [] : [JsonSerializer.Deserialize(body, method.GetParameters()[0].ParameterType)])!;

    /// <summary>The generator has no type for "one of": such values are left without a schema, which makes them objects in its clients.</summary>
    private static void ReplaceUnions(JsonNode? node, JsonObject schemas)
    {
        foreach (JsonNode? child in node switch { JsonObject some => some.Select(pair => pair.Value).ToArray(), JsonArray list => [.. list], _ => [] })
        {
            ReplaceUnions(child, schemas);
            if (child is JsonObject reference && reference["$ref"]?.GetValue<string>().Split('/')[^1] is { } name && schemas[name]?["oneOf"] is not null)
            {
                reference.Clear();
            }
        }
    }

    private static string Generate(OpenApiDocument document)
    {
        var settings = new CSharpClientGeneratorSettings { ClassName = "BiGSClient", OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(), UseBaseUrl = false };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        settings.CSharpGeneratorSettings.JsonLibrary = CSharpJsonLibrary.SystemTextJson;
        return new CSharpClientGenerator(document, settings).GenerateFile();
    }

    private static Assembly Compile(string code)
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create("Generated", [CSharpSyntaxTree.ParseText(code, cancellationToken: Now)],
            [.. platform.Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(file) is "netstandard.dll").Select(file => MetadataReference.CreateFromFile(file))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var assembly = new MemoryStream();
        Assert.Empty(compilation.Emit(assembly, cancellationToken: Now).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        assembly.Position = 0;
        return new AssemblyLoadContext("generated", isCollectible: true).LoadFromStream(assembly);
    }
}

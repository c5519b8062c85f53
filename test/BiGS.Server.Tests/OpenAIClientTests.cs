using System.ClientModel;
using BiGS.Support;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Models;

namespace BiGS.Server.Tests;

/// <summary>OpenAI's own client for .NET, and Microsoft.Extensions.AI on top of it.</summary>
public class OpenAIClientTests
{
    private static readonly string[] Texts = ["the farmer sleeps .", "why"];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIsClientEmbedsAndListsModels()
    {
        using var model = new SmallModel();
        await using RunningServer server = await Start(model);
        float[][] expected = await server.Embed(Texts);
        OpenAIClient openAI = Client(server);
        EmbeddingClient client = openAI.GetEmbeddingClient("small");
        OpenAIEmbeddingCollection embeddings = await client.GenerateEmbeddingsAsync(Texts, cancellationToken: Now);
        Assert.Equal("small", embeddings.Model);
        Assert.True(embeddings.Usage.TotalTokenCount > 0);
        Assert.All(expected.Zip(embeddings), pair => Assert.Equal(pair.First, pair.Second.ToFloats().ToArray()));
        OpenAIEmbedding one = await client.GenerateEmbeddingAsync(Texts[0], new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = expected[0].Length }, Now);
        Assert.Equal(expected[0], one.ToFloats().ToArray());
        OpenAIModelCollection models = await openAI.GetOpenAIModelClient().GetModelsAsync(Now);
        Assert.Equal("small", Assert.Single(models).Id);
        OpenAIModel retrieved = await openAI.GetOpenAIModelClient().GetModelAsync("small", Now);
        Assert.Equal("bigs", retrieved.OwnedBy);
    }

    [Fact]
    public async Task ErrorsAreThoseThatItExpects()
    {
        using var model = new SmallModel();
        await using RunningServer server = await Start(model);
        OpenAIClient openAI = Client(server);
        ClientResultException unknown = await Assert.ThrowsAsync<ClientResultException>(() => openAI.GetEmbeddingClient("nobody").GenerateEmbeddingAsync("the", cancellationToken: Now));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("model_not_found", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("`nobody` is not loaded", unknown.Message, StringComparison.Ordinal);
        var wide = new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 1_536 };
        ClientResultException dimensions = await Assert.ThrowsAsync<ClientResultException>(() => openAI.GetEmbeddingClient("small").GenerateEmbeddingAsync("the", wide, Now));
        Assert.Equal(400, dimensions.Status);
        ClientResultException key = await Assert.ThrowsAsync<ClientResultException>(() => Client(server, key: "wrong").GetEmbeddingClient("small").GenerateEmbeddingAsync("the", cancellationToken: Now));
        Assert.Equal(401, key.Status);
    }

    [Fact]
    public async Task MicrosoftExtensionsAIEmbeds()
    {
        using var model = new SmallModel();
        await using RunningServer server = await Start(model);
        using IEmbeddingGenerator<string, Embedding<float>> generator = Client(server).GetEmbeddingClient("small").AsIEmbeddingGenerator();
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(Texts, cancellationToken: Now);
        Assert.All((await server.Embed(Texts)).Zip(embeddings), pair => Assert.Equal(pair.First, pair.Second.Vector.ToArray()));
        Assert.Equal("small", embeddings[0].ModelId);
    }

    private static async Task<RunningServer> Start(SmallModel model)
    {
        RunningServer server = await RunningServer.Start(model.Folder, options =>
        {
            options.Models[0] = options.Models[0] with { Name = "small" };
            options.ApiKey = "secret";
        });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        return server;
    }

    private static OpenAIClient Client(RunningServer server, string key = "secret") =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });
}

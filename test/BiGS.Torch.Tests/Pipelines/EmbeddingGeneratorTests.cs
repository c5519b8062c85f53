using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace BiGS.Torch.Tests.Pipelines;

/// <summary>The platform's interface says what the embedder says, and refuses what it cannot do.</summary>
public class EmbeddingGeneratorTests
{
    private static readonly string[] Texts = ["the farmer sleeps .", "trees near the farmer , and nobody knows why .", "why"];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VectorsAreTheEmbeddersWithWhatTheyCost()
    {
        using var model = new SmallModel();
        using IEmbeddingGenerator<string, Embedding<float>> generator = new EmbeddingGenerator(Embedder.Open(model.Folder, OnTorch.Fp32), "small");
        GeneratedEmbeddings<Embedding<float>> answer = await generator.GenerateAsync(Texts, cancellationToken: Now);
        var embedder = generator.GetRequiredService<Embedder>();
        Assert.Equal(embedder.Embed(Texts, cancellationToken: Now), answer.Select(embedding => embedding.Vector.ToArray()));
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        Assert.Equal(Texts.Sum(text => (long)tokenizer.Encode(text).Ids.Count), answer.Usage!.InputTokenCount);
        Assert.Equal(answer.Usage.InputTokenCount, answer.Usage.TotalTokenCount);
        Assert.All(answer, embedding => Assert.Equal("small", embedding.ModelId));

        EmbeddingGeneratorMetadata metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();
        Assert.Equal(("bigs", "small", model.Config.HiddenSize), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Null(generator.GetService<BertTokenizer>());
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Now));
    }

    [Fact]
    public async Task WhatItCannotDoIsSaid()
    {
        using var model = new SmallModel();
        using var generator = new EmbeddingGenerator(Embedder.Open(model.Folder, OnTorch.Fp32), "small");
        async Task<string> Refused(EmbeddingGenerationOptions options) =>
            (await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(Texts, options, Now))).Message;
        Assert.Contains("of 8 dimensions", await Refused(new() { Dimensions = 8 }), StringComparison.Ordinal);
        Assert.Contains("the model large", await Refused(new() { ModelId = "large" }), StringComparison.Ordinal);
        Assert.Equal(3, (await generator.GenerateAsync(Texts, new() { Dimensions = 16, ModelId = "small" }, Now)).Count);

        string[] tooLong = [string.Concat(Enumerable.Repeat("the ", 100))];
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(tooLong, cancellationToken: Now));
        using var cutting = new EmbeddingGenerator(Embedder.Open(model.Folder, OnTorch.Fp32), "small", LongTextBehavior.Truncate);
        Assert.Equal(SmallModel.Positions, (await cutting.GenerateAsync(tooLong, cancellationToken: Now)).Usage!.InputTokenCount);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(Texts, cancellationToken: new CancellationToken(canceled: true)));
    }

    /// <summary>One generator for the application, opened when asked for, closed with it.</summary>
    [Fact]
    public async Task ServicesShareOneGenerator()
    {
        using var model = new SmallModel();
        IServiceCollection services = new ServiceCollection().AddBiGSEmbeddings(options =>
        {
            options.Folder = model.Folder;
            options.ModelId = "mine";
            options.OpenOptions = OnTorch.Fp32;
            options.TooLong = LongTextBehavior.Truncate;
        });
        IEmbeddingGenerator<string, Embedding<float>> generator;
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
            Assert.Same(generator, provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
            Assert.Equal("mine", Assert.Single(await generator.GenerateAsync([string.Concat(Enumerable.Repeat("the ", 100))], cancellationToken: Now)).ModelId);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => generator.GenerateAsync(Texts, cancellationToken: Now));
        using ServiceProvider broken = new ServiceCollection().AddBiGSEmbeddings(options => options.Folder = model.File("nothing")).BuildServiceProvider();
        Assert.Throws<FileNotFoundException>(() => broken.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
    }

    /// <summary>The example of the README.</summary>
    [Fact]
    public async Task TheShippedModelNeedsNoOptions()
    {
        await using ServiceProvider provider = new ServiceCollection().AddBiGSEmbeddings(options => options.OpenOptions = OnTorch.Fp32).BuildServiceProvider();
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        var texts = await generator.GenerateAsync(["The river flows into the sea.", "A river flows into a sea.", "He paid the bill yesterday."], cancellationToken: Now);
        double Cosine(int a, int b) => texts[a].Vector.ToArray().Zip(texts[b].Vector.ToArray(), (x, y) => (double)x * y).Sum();
        Assert.True(Cosine(0, 1) > Cosine(0, 2));
    }
}

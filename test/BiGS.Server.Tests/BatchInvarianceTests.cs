using System.Text.Json;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Server.Tests;

/// <summary>Random texts alone, in batches, in any order, from several clients at once: over HTTP a text has one answer, the library's.</summary>
public class BatchInvarianceTests
{
    private const int Clients = 4;
    private const int Batch = 16;

    private static readonly int Count = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 1_000 : 30;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.Fp32, 1e-5)]
    [InlineData(Precision.Bf16, 1e-2)]
    public async Task NeitherCompanyNorOrderChangesAVectorOfASmallModel(Precision precision, double limit)
    {
        using var model = new SmallModel();
        await AssertSame(model.Folder, RandomTexts(model.Folder, Count, longest: SmallModel.Positions - 2), precision, limit);
    }

    [Theory]
    [InlineData(Precision.Fp32, 1e-5)]
    [InlineData(Precision.Bf16, 1e-2)]
    public async Task NeitherCompanyNorOrderChangesAVectorOfTheEnglishModel(Precision precision, double limit)
    {
        await AssertSame(ShippedModel.Folder, RandomTexts(ShippedModel.Folder, Count, longest: 126), precision, limit);
    }

    private static async Task AssertSame(string folder, string[] texts, Precision precision, double limit)
    {
        float[][] alone;
        string[] firstAlone;
        using (ModelPipelines pipelines = ModelPipelines.Open(folder, OnTorch.In(precision)))
        {
            alone = [.. texts.Select(text => pipelines.Embedder.Embed([text], cancellationToken: Now)[0])];
            firstAlone = [.. texts.Select(text => pipelines.FillMask!.Fill(text, top: 1, Now)[0].Candidates[0].Token)];
        }

        await using RunningServer server = await RunningServer.Start(folder, precision: precision);
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        foreach (int size in (int[])[1, Batch])
        {
            new Random(size).Shuffle(order);
            await Parallel.ForEachAsync(order.Chunk(size), new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = Now }, async (chosen, _) =>
            {
                float[][] vectors = await server.Embed([.. chosen.Select(i => texts[i])]);
                Assert.All(chosen.Zip(vectors), pair =>
                {
                    double largest = alone[pair.First].Max(Math.Abs);
                    Assert.All(alone[pair.First].Zip(pair.Second), x => Assert.InRange(Math.Abs(x.First - x.Second), 0, limit * largest));
                });
                JsonElement fills = (await server.PostValue("/fill-mask", new { inputs = chosen.Select(i => texts[i]), top = 1 })).Succeeded();
                Assert.All(chosen.Zip(fills.EnumerateArray()), pair => Assert.Equal(
                    firstAlone[pair.First], pair.Second.GetProperty("masks")[0].GetProperty("candidates")[0].GetProperty("token").GetString()));
            });
        }
    }

    /// <summary>Words of the vocabulary and a mask, of every length.</summary>
    private static string[] RandomTexts(string folder, int count, int longest)
    {
        var random = new Random(7);
        string[] words = [.. BertTokenizer.Open(folder).Vocabulary.Tokens.Where(token => token.All(char.IsAsciiLetterLower))];
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                string[] text = [.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => words[random.Next(words.Length)])];
                text[random.Next(text.Length)] = "[MASK]";
                return string.Join(' ', text);
            }),
        ];
    }
}

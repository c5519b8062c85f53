using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>The loss of embeddings, against its formula written out pair by pair.</summary>
[Collection(TorchGlobals.Name)]
public class ContrastiveLossTests
{
    [Theory]
    [InlineData(2, 0.05)]
    [InlineData(2, 1)]
    [InlineData(3, 0.05)]
    public void ItIsTheFormula(int texts, double temperature)
    {
        using var scope = NewDisposeScope();
        const int Rows = 5;
        const int Width = 4;
        Tensor vectors = randn([Rows, texts, Width], dtype: ScalarType.Float64, generator: new Generator(3));
        long[] numbers = [.. Enumerable.Range(0, Rows * texts).Select(i => (long)i)];
        numbers[1] = numbers[texts + 1]; // the first two rows have the same second text
        numbers[(3 * texts) + 1] = numbers[2 * texts]; // what belongs to the fourth is what the third compares
        double[] all = vectors.data<double>().ToArray();
        double[][] unit = [.. all.Chunk(Width).Select(v => v.Select(x => x / Math.Sqrt(v.Sum(y => y * y))).ToArray())];
        double Similar(int a, int b) => unit[a].Zip(unit[b], (x, y) => x * y).Sum() / temperature;
        double sum = 0;
        for (int i = 0; i < Rows; i++)
        {
            (int anchor, int own) = (i * texts, (i * texts) + 1);
            double total = 0;
            for (int key = 0; key < Rows * texts; key++)
            {
                bool isItself = numbers[key] == numbers[anchor] || numbers[key] == numbers[own];
                if (key % texts != 0 && (key == own || !isItself))
                {
                    total += Math.Exp(Similar(anchor, key));
                }
            }

            sum += Math.Log(total) - Similar(anchor, own);
        }

        Assert.Equal(sum / Rows, ContrastiveLoss.Compute(vectors, tensor(numbers, [Rows, texts]), temperature).item<double>(), 1e-9);
    }

    [Fact]
    public void OneRowAloneHasNothingToLearn()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, ContrastiveLoss.Compute(randn([1, 2, 4], generator: new Generator(1)), tensor(new long[] { 0, 1 }, [1, 2]), 0.05).item<float>());
    }

    /// <summary>Every part of the model that the vectors depend on is taught.</summary>
    [Fact]
    public void ItsGradientReachesTheEmbeddings()
    {
        using var scope = NewDisposeScope();
        var model = (BiGSForEmbedding)SmallModels.Build(SmallModels.Config(), head: nameof(BiGSForEmbedding));
        Tensor ids = randint(5, 30, [3, 2, 6], generator: new Generator(2));
        ModelOutput output = model.Forward(new ModelInput(ids), new ModelLabels(arange(6).view(3, 2)));
        output.Loss!.backward();
        Assert.Equal([3, 2, model.Config.HiddenSize], output.Results[ModelOutputs.SentenceEmbedding].shape);
        Assert.True(model.Bigs.Embeddings.WordTable.grad!.abs().sum().item<float>() > 0);
        Assert.Throws<ArgumentException>(() => model.Forward(new ModelInput(ids.view(6, 6)), new ModelLabels(arange(6))));
    }

    /// <summary>A text by itself, a text among others and the mean of hidden states are one vector.</summary>
    [Fact]
    public void AVectorIsTheMeanOverTheText()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        HeadedModel model = SmallModels.Build(SmallModels.Config(), head: nameof(BiGSForEmbedding));
        Tensor ids = randint(5, 30, [2, 2, 6], generator: new Generator(2));
        Tensor mask = tensor(new long[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0 }, [2, 2, 6]);
        Tensor together = model.Forward(new ModelInput(ids, mask)).Results[ModelOutputs.SentenceEmbedding];
        for (int i = 0; i < 4; i++)
        {
            long length = mask.view(4, 6)[i].sum().item<long>();
            Tensor alone = model.Bigs.Encode(new ModelInput(ids.view(4, 6)[i].narrow(0, 0, length).unsqueeze(0))).mean([1]).view(-1);
            Assert.InRange(together.view(4, -1)[i].sub(alone).abs().max().item<float>(), 0, 1e-5f * alone.abs().max().item<float>());
        }
    }
}

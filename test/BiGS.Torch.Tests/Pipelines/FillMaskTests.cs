using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Pipelines;

public class FillMaskTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GuessesWhatTheFullForwardPassSays(bool maskPadding)
    {
        using var scope = NewDisposeScope();
        using var folder = new SmallModel(maskPadding);
        using FillMask fillMask = FillMask.Open(folder.Folder, OnTorch.Fp32);
        IReadOnlyList<MaskedWord> words = fillMask.Fill("the [MASK] near the [MASK] sleeps .", top: 4, Now);

        HeadedModel model = CheckpointFolder.Open(folder.Folder).Model;
        IReadOnlyList<int> ids = BertTokenizer.Open(folder.Folder).Encode("the [MASK] near the [MASK] sleeps .").Ids;
        int length = maskPadding ? ids.Count : SmallModel.Positions;
        long[] row = [.. ids.Select(id => (long)id), .. new long[length - ids.Count]];
        long[] mask = [.. row.Select((_, i) => i < ids.Count ? 1L : 0)];
        Tensor shares = model.Forward(new ModelInput(tensor(row, [1, length]), tensor(mask, [1, length]))).Results["logits"].softmax(-1); // (1, l, v)
        Assert.Equal([2, 5], ids.Index().Where(id => id.Item == 4).Select(id => id.Index));
        Assert.All(words.Zip([2, 5]), pair =>
        {
            (Tensor best, Tensor which) = shares[0, pair.Second].topk(4);
            Assert.Equal(which.data<long>().ToArray().Select(id => (int)id), pair.First.Candidates.Select(candidate => candidate.Id));
            Assert.All(best.data<float>().ToArray().Zip(pair.First.Candidates), both => Assert.Equal(both.First, both.Second.Probability, 1e-6));
        });
    }

    [Fact]
    public void PaddingCountsOnlyForModelsThatSeeIt()
    {
        double[] Probabilities(bool maskPadding, int? padTo)
        {
            using var folder = new SmallModel(maskPadding);
            using FillMask fillMask = FillMask.Open(folder.Folder, OnTorch.Fp32, padTo: padTo);
            return [.. fillMask.Fill("the [MASK] sleeps .", folder.Config.VocabSize, Now)[0].Candidates.OrderBy(c => c.Id).Select(c => c.Probability)];
        }

        double Apart(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y) / y).Max();
        Assert.InRange(Apart(Probabilities(true, null), Probabilities(true, 20)), 0, 1e-5);
        Assert.InRange(Apart(Probabilities(false, null), Probabilities(false, SmallModel.Positions)), 0, 1e-5);
        Assert.InRange(Apart(Probabilities(false, null), Probabilities(false, 8)), 1e-4, double.MaxValue);
    }

    [Fact]
    public void FillsTheTextItself()
    {
        using var folder = new SmallModel();
        using FillMask fillMask = FillMask.Open(folder.Folder, OnTorch.Fp32);
        const string Text = "The  [MASK]\tnear [MASK]!";
        IReadOnlyList<MaskedWord> words = fillMask.Fill(Text, folder.Config.VocabSize, Now);
        Assert.Equal(["[MASK]", "[MASK]"], words.Select(word => Text[word.Start..word.End]));
        MaskCandidate Of(int mask, string token) => words[mask].Candidates.Single(candidate => candidate.Token == token);
        Assert.Equal("The  trees\tnear [MASK]!", Of(0, "trees").Text);
        Assert.Equal("The  [MASK]\tnear trees!", Of(1, "trees").Text);
        Assert.Equal("Thee\tnear [MASK]!", Of(0, "##e").Text);
        Assert.Equal(1, words[0].Candidates.Sum(candidate => candidate.Probability), 1e-9);
        Assert.Equal(words[0].Candidates.OrderByDescending(candidate => candidate.Probability), words[0].Candidates);
    }

    [Fact]
    public void RefusesWhatItCannotFill()
    {
        using var folder = new SmallModel();
        using FillMask fillMask = FillMask.Open(folder.Folder, OnTorch.Fp32);
        Assert.Contains("has no [MASK]", Assert.Throws<ArgumentException>(() => fillMask.Fill("the trees", cancellationToken: Now)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => fillMask.Fill("[MASK]", top: 0, Now));
        File.AppendAllText(folder.File("vocab.txt"), "zebra\n");
        Assert.Contains("same run", Assert.Throws<InvalidDataException>(() => FillMask.Open(folder.Folder, OnTorch.Fp32)).Message);
    }
}

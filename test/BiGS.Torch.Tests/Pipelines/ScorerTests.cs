using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Pipelines;

public class ScorerTests
{
    private static readonly string[] Sentences = ["the farmer sleeps .", "the trees near the farmer sleep , and nobody knows why .", "why", ""];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>Word by word: hidden, read alone, and looked up.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AScoreIsASumOverHiddenWords(bool maskPadding)
    {
        using var model = new SmallModel(maskPadding);
        using Scorer scorer = Scorer.Open(model.Folder, OnTorch.Fp32);
        Assert.All(Sentences.Zip(scorer.Score(Sentences, Now)), pair =>
        {
            (double sum, int pieces) = Slowly(model, pair.First, maskPadding ? null : SmallModel.Positions);
            Assert.Equal(pieces, pair.Second.Pieces);
            Assert.Equal(sum, pair.Second.LogLikelihood, 1e-4);
        });
        Assert.Equal(scorer.Score(Sentences, Now).Reverse(), scorer.Score([.. Sentences.Reverse()], Now));
    }

    [Fact]
    public void WhatIsHiddenIsAChoice()
    {
        using var model = new SmallModel();
        using Scorer one = Scorer.Open(model.Folder, OnTorch.Fp32);
        using Scorer rest = Scorer.Open(model.Folder, OnTorch.Fp32, masking: PieceMasking.RestOfWord);
        string[] pieces = ["sleepers trees"];
        Assert.True(one.Score(pieces, Now)[0].Pieces > 2);
        Assert.NotEqual(one.Score(pieces, Now)[0], rest.Score(pieces, Now)[0]);
    }

    [Fact]
    public void WhatCannotBeScoredIsSaid()
    {
        using var model = new SmallModel();
        using Scorer scorer = Scorer.Open(model.Folder, OnTorch.Fp32);
        Assert.Contains("at most 24", Assert.Throws<ArgumentException>(() => scorer.Score([string.Concat(Enumerable.Repeat("the ", 40))], Now)).Message, StringComparison.Ordinal);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => scorer.Score(Sentences, stopped.Token));
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        Assert.Contains("BiGSForMaskedLM", Assert.Throws<InvalidDataException>(() => Scorer.Open(classes.Folder, OnTorch.Fp32)).Message, StringComparison.Ordinal);
    }

    private static (double Sum, int Pieces) Slowly(SmallModel model, string sentence, int? padTo)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        HeadedModel opened = CheckpointFolder.Open(model.Folder).Model;
        int[] ids = [.. tokenizer.Encode(sentence).Ids];
        double sum = 0;
        for (int position = 1; position < ids.Length - 1; position++)
        {
            int length = padTo ?? ids.Length;
            Tensor Row(Func<int, long> value) => tensor([.. Enumerable.Range(0, length).Select(i => i < ids.Length ? value(i) : 0)], [1, length]);
            Tensor logits = opened.Forward(new ModelInput(Row(i => i == position ? tokenizer.Vocabulary.MaskId : ids[i]), Row(_ => 1))).Results["logits"];
            sum += logits[0, position].to_type(ScalarType.Float64).log_softmax(0)[ids[position]].item<double>();
        }

        return (sum, ids.Length - 2);
    }
}

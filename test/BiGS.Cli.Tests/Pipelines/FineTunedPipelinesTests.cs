using BiGS.Cli.Tests.Commands;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Pipelines;

/// <summary>Classes and tags of fine-tuned models, against the head's own logits for one text by itself.</summary>
public class FineTunedPipelinesTests
{
    private static readonly string[] Texts = ["the farmer sleeps .", "trees near the farmer , and nobody knows why .", "why", "the trees sleep near the farmer ."];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public void ClassesAreTheHeads()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification");
        using Classifier classifier = Classifier.Open(model.Folder, OnTorch.Fp32);
        IReadOnlyList<Classification> together = classifier.Classify([.. Texts.Select(text => (ModelText)text)], cancellationToken: Now);
        foreach ((string text, Classification answer) in Texts.Zip(together))
        {
            double[] expected = Logits(model, text, null).softmax(1).view(-1).data<double>().ToArray();
            Assert.All(answer.Labels, label => Assert.Equal(expected[int.Parse(label.Label.AsSpan("LABEL_".Length), System.Globalization.CultureInfo.InvariantCulture)], label.Probability, 5));
            Assert.Equal(expected.Max(), answer.Labels[0].Probability, 5);
            Assert.Null(answer.Value);
        }

        double[] pair = Logits(model, Texts[0], Texts[1]).softmax(1).view(-1).data<double>().ToArray();
        Assert.Equal(pair.Max(), classifier.Classify([new ModelText(Texts[0], Texts[1])], cancellationToken: Now)[0].Labels[0].Probability, 5);
    }

    [Fact]
    public void AWordHasTheTagOfItsFirstPiece()
    {
        using var model = new SmallModel(head: "BiGSForTokenClassification");
        using Tagger tagger = Tagger.Open(model.Folder, OnTorch.Fp32);
        string text = "the farmers sleep , sleepers .";
        IReadOnlyList<TaggedWord> words = tagger.Tag([text, .. Texts], cancellationToken: Now)[0];
        Assert.Equal(text.Split(' '), words.Select(word => word.Word));
        Assert.All(words, word => Assert.Equal(word.Word, text[word.Start..word.End]));

        TokenizedText encoding = BertTokenizer.Open(model.Folder).Encode(text);
        Tensor probabilities = Logits(model, text, null).softmax(2);
        foreach (TaggedWord word in words)
        {
            int first = encoding.Offsets.ToList().FindIndex(1, offset => offset.Start == word.Start);
            Assert.Equal(probabilities[0, first].max().item<double>(), word.Probability, 5);
            Assert.Equal($"LABEL_{probabilities[0, first].argmax().item<long>()}", word.Tag);
        }
    }

    [Fact]
    public void TheCommandsSayWhatTheModelSays()
    {
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        string[] lines = Bigs.RunOn("the farmer\nthe trees\twhy\n", "classify", "--model", classes.Folder).Succeeded().Lines;
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("LABEL_", line, StringComparison.Ordinal));
        Assert.Equal(3, Bigs.Run("classify", "--model", classes.Folder, "--json", "why").Succeeded().Objects[0].GetProperty("probabilities").EnumerateObject().Count());
        Bigs.Run("tag", "--model", classes.Folder, "why").FailedWith(1, "BiGSForSequenceClassification", "BiGSForTokenClassification");

        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        Assert.Equal(["why", "."], Bigs.Run("tag", "--model", tags.Folder, "why.").Succeeded().Lines.Select(line => line.Split('\t')[0]));
        Assert.Equal(3, Bigs.Run("tag", "--model", tags.Folder, "--json", "why").Succeeded().Objects[0].GetProperty("words")[0].GetProperty("end").GetInt32());
    }

    private static Tensor Logits(SmallModel model, string first, string? second)
    {
        using var untracked = no_grad();
        HeadedModel opened = CheckpointFolder.Open(model.Folder).Model;
        opened.eval();
        TokenizedText encoding = BertTokenizer.Open(model.Folder).Encode(first, second);
        Tensor Row(IEnumerable<int> values) => tensor([.. values.Select(value => (long)value)], [1, encoding.Ids.Count]);
        return opened.Forward(new ModelInput(Row(encoding.Ids), null, Row(encoding.TokenTypeIds))).Results["logits"].to_type(ScalarType.Float64);
    }
}

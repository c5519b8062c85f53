using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Inference;
using BiGS.Torch.Models;
using BiGS.Torch.Tests.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>Encoders of Hugging Face's library, as its files name their weights: both backends answer as the definition of each family.</summary>
public sealed class FamilyTests : IDisposable
{
    private static readonly TokenRow[] Rows =
    [
        new([3, 17, 5, 39, 8, 21, 6, 30, 11], [0, 0, 0, 0, 1, 1, 1, 1, 1]),
        new([3, 9, 12, 38, 4]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, int> Classes =>
    [
        .. from family in (string[])["bert", "distilbert", "electra"]
           from head in (string[])["Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"]
           select new TheoryDataRow<string, string, int>(family, head, SlowFamily.Width),
        .. from head in (string[])["Model", "ForMaskedLM", "ForPreTraining", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"]
           select new TheoryDataRow<string, string, int>("electra", head, 8),
        new TheoryDataRow<string, string, int>("bert", "ForPreTraining", SlowFamily.Width),
    ];

    [Theory]
    [MemberData(nameof(Classes))]
    public void BothBackendsAnswerAsItsDefinition(string family, string head, int embedded)
    {
        var slow = new SlowFamily(family, head, embedded);
        Write(slow, family, head, embedded);
        Batch batch = Batch.Create(Rows, padId: 0);
        using IModelSession torch = new TorchBackend().Open(_folder.Path);
        using IModelSession onnx = new OnnxBackend().Open(_folder.Path);
        Assert.Equal(torch.Architecture, onnx.Architecture);
        Assert.True(torch.HasTrainedHead && onnx.HasTrainedHead);
        Assert.Equal(torch.Warnings, onnx.Warnings);
        string[] outputs = [ModelOutputs.LastHiddenState, .. HeadOutputs(torch.Architecture)];
        IReadOnlyList<OutputTensor> ofTorch = torch.Compute(batch, outputs);
        IReadOnlyList<OutputTensor> ofOnnx = onnx.Compute(batch, outputs);
        foreach ((int o, string output) in outputs.Index())
        {
            double[] expected = [.. Rows.SelectMany(row => Expected(slow, row, output).SelectMany(numbers => numbers))];
            AssertNear(expected, Seen(ofTorch[o]), 1e-5, $"libtorch's {output}");
            AssertNear(expected, Seen(ofOnnx[o]), 1e-5, $"ONNX Runtime's {output}");
        }
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("electra")]
    public void ChoicesAreScoredAsItsDefinition(string family)
    {
        var slow = new SlowFamily(family, "ForMultipleChoice");
        Write(slow, family, "ForMultipleChoice", SlowFamily.Width);
        using var scope = NewDisposeScope();
        using HeadedModel model = CheckpointFolder.Open(_folder.Path).Model;
        Tensor logits = model.Forward(ModelInput.FromBatch(Batch.Create(Rows, padId: 0), CPU, 2)).Results[ModelOutputs.Logits]; // (1, 2)
        AssertNear([.. Rows.SelectMany(row => Expected(slow, row, ModelOutputs.Logits)[0])], logits.data<float>().ToArray(), 1e-5, "scores");
    }

    /// <summary>What is opened from another family is ours once it is saved, and computes the same.</summary>
    [Theory]
    [InlineData("distilbert", "ForSequenceClassification", SlowFamily.Width)]
    [InlineData("electra", "ForMaskedLM", 8)]
    public void ConvertedItStaysTheSameFunction(string family, string head, int embedded)
    {
        Write(new SlowFamily(family, head, embedded), family, head, embedded);
        string converted = Path.Combine(_folder.Path, "converted");
        CheckpointConversion.Convert(_folder.Path, converted, WeightsFormat.Safetensors);
        Batch batch = Batch.Create(Rows, padId: 0);
        using IModelSession before = new TorchBackend().Open(_folder.Path);
        using IModelSession after = new OnnxBackend().Open(converted);
        Assert.Equal(before.Config, after.Config);
        string output = HeadOutputs(before.Architecture)[0];
        AssertNear([.. Seen(before.Compute(batch, output)[0]).Select(x => (double)x)], Seen(after.Compute(batch, output)[0]), 1e-5, output);
    }

    /// <summary>ELECTRA's discriminator is an encoder with a head that is not read, and that is said.</summary>
    [Fact]
    public void WhatElectraPretrainsByIsLeftOutWithAWarning()
    {
        Write(new SlowFamily("electra", "ForPreTraining", 8), "electra", "ForPreTraining", 8);
        OpenedCheckpoint opened = CheckpointFolder.Open(_folder.Path);
        using HeadedModel model = opened.Model;
        Assert.Contains("discriminator_predictions.dense.weight", Assert.Single(opened.Warnings), StringComparison.Ordinal);
        using IModelSession onnx = new OnnxBackend().Open(_folder.Path);
        Assert.Equal(opened.Warnings, onnx.Warnings);
    }

    private static string[] HeadOutputs(string architecture) => architecture switch
    {
        ModelHeads.Embedding => [],
        ModelHeads.QuestionAnswering => [ModelOutputs.StartLogits, ModelOutputs.EndLogits],
        _ => [ModelOutputs.Logits],
    };

    private static double[][] Expected(SlowFamily slow, TokenRow row, string output)
    {
        double[][] last = slow.Encode(row.Ids, row.TokenTypeIds ?? new int[row.Ids.Length], [.. row.Ids.Select(_ => true)]);
        return output switch
        {
            ModelOutputs.LastHiddenState => last,
            ModelOutputs.StartLogits => [.. slow.Answer(last).Select(both => both[..1])],
            ModelOutputs.EndLogits => [.. slow.Answer(last).Select(both => both[1..])],
            _ => slow.Answer(last),
        };
    }

    /// <summary>Row by row, without what stands at padding.</summary>
    private static float[] Seen(OutputTensor output)
    {
        int perRow = output.Values.Length / Rows.Length;
        int longest = Rows.Max(row => row.Ids.Length);
        return [.. Rows.SelectMany((row, r) => output.Values.AsSpan(r * perRow, output.Shape[1] == longest ? perRow / longest * row.Ids.Length : perRow).ToArray())];
    }

    private static void AssertNear(double[] expected, float[] actual, double limit, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double rms = Math.Sqrt(expected.Average(x => x * x));
        double apart = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / rms;
        Assert.True(apart <= limit, $"{what}: {apart:g3} of its rms apart, where {limit:g3} is allowed");
    }

    private void Write(SlowFamily slow, string family, string head, int embedded)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(_folder.Path, "model.safetensors"), [.. slow.Weights.Select(weight =>
        {
            float[] numbers = [.. weight.Value.SelectMany(row => row).Select(x => (float)x)];
            bool isVector = weight.Key.EndsWith("bias", StringComparison.Ordinal) || weight.Key.EndsWith("norm.weight", StringComparison.OrdinalIgnoreCase);
            return (weight.Key, tensor(numbers, isVector ? [numbers.Length] : [weight.Value.Length, weight.Value[0].Length]));
        })]);
        string prefix = family switch { "bert" => "Bert", "distilbert" => "DistilBert", _ => "Electra" };
        string shape = family == "distilbert"
            ? $"\"dim\": {SlowFamily.Width}, \"n_layers\": {SlowFamily.Layers}, \"n_heads\": {SlowFamily.Heads}, \"hidden_dim\": {SlowFamily.Inner}, \"activation\": \"gelu\", \"sinusoidal_pos_embds\": true"
            : $"\"hidden_size\": {SlowFamily.Width}, \"num_hidden_layers\": {SlowFamily.Layers}, \"num_attention_heads\": {SlowFamily.Heads}, \"intermediate_size\": {SlowFamily.Inner}, "
                + $"\"hidden_act\": \"gelu\", \"type_vocab_size\": 2{(family == "electra" ? $", \"embedding_size\": {embedded}" : "")}";
        File.WriteAllText(
            Path.Combine(_folder.Path, "config.json"),
            $$"""
            {"model_type": "{{family}}", "architectures": ["{{prefix}}{{head}}"], {{shape}}, "vocab_size": {{SlowFamily.Words}},
             "max_position_embeddings": {{SlowFamily.Positions}}, "pad_token_id": 0, "num_labels": {{SlowFamily.Labels}}}
            """);
    }
}

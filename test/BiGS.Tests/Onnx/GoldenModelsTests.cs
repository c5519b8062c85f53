using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Onnx;

/// <summary>What ONNX Runtime computes of the authors' checkpoints, opened as they are and without libtorch, is what the authors' code computes.</summary>
[Trait("Category", "Golden")]
public class GoldenModelsTests
{
    /// <summary>max|a − b| / max(rms(b), 10⁻⁶), as test/Golden/README.md has it.</summary>
    private const double Limit = 1e-5;

    [Theory]
    [InlineData("masked_lm", "model.safetensors")]
    [InlineData("masked_lm", "pytorch_model.bin")]
    [InlineData("masked_lm_long", "model.safetensors")]
    [InlineData("sequence_classification", "model.safetensors")]
    [InlineData("sequence_regression", "model.safetensors")]
    [InlineData("token_classification", "model.safetensors")]
    [InlineData("multiple_choice", "model.safetensors")]
    [InlineData("bert_masked_lm", "model.safetensors")]
    public void Logits_are_the_authors(string name, string weights) => Compare(name, weights, "expected.safetensors", ModelOutputs.Logits);

    [Fact]
    public void Logits_of_Flax_weights_are_the_authors() => Compare("masked_lm", "flax_model.msgpack", "expected_flax.safetensors", ModelOutputs.Logits, ModelOutputs.LastHiddenState);

    [Fact]
    public void Places_of_answers_are_the_authors() =>
        Compare("question_answering", "model.safetensors", "expected.safetensors", ModelOutputs.StartLogits, ModelOutputs.EndLogits);

    private static void Compare(string name, string weights, string expectedFile, params string[] outputs)
    {
        using var expected = new SafetensorsFile(GoldenFiles.Path(name, expectedFile));
        long[] shape = expected.Shape("input_ids");
        long[] ids = Ids(expected, "input_ids");
        long[] mask = expected.Names.Contains("attention_mask") ? Ids(expected, "attention_mask") : [.. ids.Select(_ => 1L)];
        long[] types = expected.Names.Contains("token_type_ids") ? Ids(expected, "token_type_ids") : new long[ids.Length];
        using OnnxModel model = OnnxModel.Open(GoldenFiles.Path(name, weights), threads: 1);
        foreach ((string output, (float[] actual, long[] actualShape)) in outputs.Zip(model.Run(shape, ids, mask, types, outputs)))
        {
            float[] right = expected.ReadFloats(output);
            Assert.Equal(expected.Shape(output), actualShape);

            // BERT's padding is not compared: what stands there depends on how padding is left out.
            int width = right.Length / ids.Length;
            bool Counts(int i) => name != "bert_masked_lm" || mask[i / width] != 0;
            int[] compared = [.. Enumerable.Range(0, right.Length).Where(Counts)];
            double rms = Math.Sqrt(compared.Average(i => (double)right[i] * right[i]));
            double distance = compared.Max(i => Math.Abs((double)actual[i] - right[i])) / Math.Max(rms, 1e-6);
            Assert.True(distance <= Limit, $"{output} is {distance:e2} from what the authors' code computes");
        }
    }

    private static long[] Ids(SafetensorsFile file, string name)
    {
        byte[] bytes = new byte[file.Shape(name).Aggregate(1L, (product, size) => product * size) * sizeof(long)];
        Assert.Equal(ElementType.Int64, file.Type(name));
        file.ReadBytes(name, 0, bytes);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes).ToArray();
    }
}

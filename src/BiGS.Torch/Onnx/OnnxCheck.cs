using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Onnx;

/// <summary>How far ONNX Runtime and libtorch are apart in one output of a model.</summary>
/// <param name="Output">Its name.</param>
/// <param name="Distance">The largest max|a − b| / rms(b) of all batches.</param>
/// <param name="RmsDistance">The largest rms(a − b) / rms(b) of all batches.</param>
/// <param name="SameFirst">The share of places whose largest number is the same; null for outputs that choose nothing.</param>
internal sealed record OutputDistance(string Output, double Distance, double RmsDistance, double? SameFirst);

/// <summary>Compares an exported model with the model itself on random rows of several lengths, with and without padding.</summary>
internal static class OnnxCheck
{
    /// <summary>What is allowed of any number in single precision.</summary>
    public const double Limit = 1e-4;

    /// <summary>What is allowed of all numbers together (rms) where large matrices are rounded to eight bits.</summary>
    public const double Int8Limit = 0.1;

    private const int Choices = 2;

    /// <param name="model">In evaluation mode.</param>
    /// <param name="onnx">What was exported of it.</param>
    /// <param name="seed">Decides the rows.</param>
    /// <param name="lengths">Of the batches; each has a full row and shorter ones.</param>
    public static IReadOnlyList<OutputDistance> Compare(HeadedModel model, OnnxModel onnx, int seed, params int[] lengths)
    {
        var random = new Random(seed);
        var found = onnx.Outputs.ToDictionary(name => name, _ => new List<OutputDistance>());
        foreach (int length in lengths)
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            Batch batch = Drawn(model, random, length);
            ModelOutput expected = model.Forward(new ModelInput(batch.AsTensor(batch.Ids), batch.AsTensor(batch.Mask), batch.AsTensor(batch.Types)));
            foreach ((string name, (float[] values, long[] shape)) in onnx.Outputs.Zip(onnx.Run(batch.Shape, batch.Ids, batch.Mask, batch.Types, onnx.Outputs)))
            {
                found[name].Add(Apart(name, tensor(values, shape), Of(expected, name)));
            }
        }

        return [.. found.Select(output => new OutputDistance(
            output.Key, output.Value.Max(batch => batch.Distance), output.Value.Max(batch => batch.RmsDistance), output.Value.Average(batch => batch.SameFirst)))];
    }

    /// <summary>Lengths that show whether a model's rows may have any: one token, some, and as many as it reads, up to what takes long.</summary>
    public static int[] LengthsFor(BiGSConfig config) => [.. ((int[])[1, 13, 128, 600]).Select(length => Math.Min(length, config.MaxPositionEmbeddings)).Distinct()];

    private static Tensor Of(ModelOutput output, string name) => name switch
    {
        ModelOutputs.LastHiddenState => output.LastHiddenState,
        ModelOutputs.PoolerOutput => output.PoolerOutput!,
        _ => output.Results[name],
    };

    private static OutputDistance Apart(string name, Tensor actual, Tensor expected)
    {
        if (!actual.shape.SequenceEqual(expected.shape))
        {
            throw new InvalidDataException($"{name} has the shape ({string.Join(", ", actual.shape)}) where ({string.Join(", ", expected.shape)}) was expected.");
        }

        (Tensor a, Tensor b) = (actual.to_type(ScalarType.Float64), expected.to_type(ScalarType.Float64));
        static double Rms(Tensor x) => Math.Sqrt(x.square().mean().item<double>());
        double rms = Math.Max(Rms(b), 1e-6);
        double? same = name.Contains(ModelOutputs.Logits, StringComparison.Ordinal) ? a.argmax(-1).eq(b.argmax(-1)).to_type(ScalarType.Float64).mean().item<double>() : null;
        return new OutputDistance(name, (a - b).abs().max().item<double>() / rms, Rms(a - b) / rms, same);
    }

    /// <summary>A full row, one with a single token, and one between.</summary>
    private static Batch Drawn(HeadedModel model, Random random, int length)
    {
        const int Rows = 3;
        bool choices = model is BiGSForMultipleChoice;
        long[] shape = choices ? [Rows, Choices, length] : [Rows, length];
        int flat = choices ? Rows * Choices : Rows;
        int[] texts = [.. Enumerable.Range(0, flat).Select(row => row == 0 ? length : row == 1 ? 1 : random.Next(1, length + 1))];
        long[] Each(Func<int, int, long> value) => [.. from row in Enumerable.Range(0, flat) from position in Enumerable.Range(0, length) select value(row, position)];
        return new Batch(
            shape,
            Each((_, _) => random.Next(model.Config.VocabSize)),
            Each((row, position) => position < texts[row] ? 1 : 0),
            Each((_, _) => random.Next(model.Config.TypeVocabSize)));
    }

    private sealed record Batch(long[] Shape, long[] Ids, long[] Mask, long[] Types)
    {
        public Tensor AsTensor(long[] values) => tensor(values, Shape);
    }
}

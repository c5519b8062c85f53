using BiGS.Configuration;
using BiGS.Onnx;

namespace BiGS.Training.Planning;

/// <summary>How many numbers a masked language model learns, from its shape alone, so that nothing is set aside to count them. The decoder is the word table.</summary>
internal static class ParameterCount
{
    /// <param name="config">The shape, its vocabulary and positions included.</param>
    public static long Compute(BiGSConfig config) =>
        WeightShapes.Of(config, ModelHeads.MaskedLM).Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size));
}

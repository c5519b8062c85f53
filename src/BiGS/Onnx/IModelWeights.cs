namespace BiGS.Onnx;

/// <summary>
/// The weights of a model as named arrays, wherever they lie: in files or in a model that is open. An ONNX file is written one weight after
/// another, and each is asked for when its turn comes, so that no more than one of them is held in this form at a time.
/// </summary>
internal interface IModelWeights
{
    /// <summary>Whether there is a weight of this name.</summary>
    /// <param name="name">As the authors' PyTorch checkpoints name it, for example <c>bigs.encoder.layer.0.dv.weight</c>.</param>
    bool Has(string name);

    /// <summary>The dimensions of a weight, as PyTorch has them: a dense layer's matrix is (out, in).</summary>
    /// <param name="name">One that there is.</param>
    long[] Shape(string name);

    /// <summary>The numbers of a weight in single precision, the last dimension running fastest.</summary>
    /// <param name="name">One that there is.</param>
    float[] Read(string name);
}

/// <summary>Weights in the forms in which a graph holds them.</summary>
internal static class ModelWeightsExtensions
{
    /// <summary>A weight as it is.</summary>
    public static Value Weight(this Graph graph, IModelWeights weights, string name) =>
        graph.Weight(name, OnnxType.Float, weights.Dimensions(name), () => weights.Read(name));

    /// <summary>The shape of a weight that the model needs.</summary>
    /// <exception cref="InvalidDataException">There is no such weight.</exception>
    public static long[] Dimensions(this IModelWeights weights, string name) => weights.Has(name)
        ? weights.Shape(name)
        : throw new InvalidDataException($"The weights have no \"{name}\", which the configuration asks for; take the weights and the config.json of one checkpoint.");

    /// <summary>A matrix with rows and columns exchanged, in squares that stay in the processor's cache.</summary>
    public static float[] Transposed(this IModelWeights weights, string name)
    {
        const int Side = 32;
        (int rows, int columns) = weights.Dimensions(name) is [var r, var c] ? ((int)r, (int)c) : throw new ArgumentException($"\"{name}\" is no matrix.", nameof(name));
        float[] matrix = weights.Read(name);
        float[] transposed = new float[matrix.Length];
        for (int top = 0; top < rows; top += Side)
        {
            for (int left = 0; left < columns; left += Side)
            {
                for (int column = left; column < Math.Min(left + Side, columns); column++)
                {
                    for (int row = top; row < Math.Min(top + Side, rows); row++)
                    {
                        transposed[(column * rows) + row] = matrix[(row * columns) + column];
                    }
                }
            }
        }

        return transposed;
    }
}

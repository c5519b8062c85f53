namespace BiGS.SentenceTransformers;

/// <summary>How the hidden states of a text become one vector, by the names of sentence-transformers.</summary>
public enum PoolingMode
{
    /// <summary>The first token's.</summary>
    Cls,

    /// <summary>The largest number of each dimension.</summary>
    Max,

    /// <summary>The mean over tokens.</summary>
    Mean,

    /// <summary>The sum over tokens by √n, where n of them are summed.</summary>
    MeanSqrtLen,

    /// <summary>The mean in which the i-th token weighs i.</summary>
    WeightedMean,

    /// <summary>The last token's.</summary>
    LastToken,
}

/// <summary>What follows pooling: a map from vectors to vectors.</summary>
internal abstract class SentenceLayer
{
    /// <summary>Numbers of a vector behind it, where one before it has <paramref name="width"/>.</summary>
    /// <exception cref="InvalidDataException">It reads vectors of another width.</exception>
    public abstract int WidthAfter(int width);

    /// <summary>The map of one vector.</summary>
    public abstract double[] Apply(double[] vector);
}

/// <summary>Scales every vector to length 1.</summary>
internal sealed class UnitLengthLayer : SentenceLayer
{
    /// <inheritdoc/>
    public override int WidthAfter(int width) => width;

    /// <inheritdoc/>
    public override double[] Apply(double[] vector)
    {
        double length = Math.Max(Math.Sqrt(vector.Sum(x => x * x)), 1e-12);
        return [.. vector.Select(x => x / length)];
    }
}

/// <summary>A dense layer with fixed weights: y = f(W x + b), f the identity or tanh.</summary>
/// <param name="outputs">Rows of W.</param>
/// <param name="inputs">Columns of W.</param>
/// <param name="weight">W, row by row.</param>
/// <param name="bias">b; null for none.</param>
/// <param name="tanh">Whether f is tanh.</param>
internal sealed class SentenceDense(int outputs, int inputs, float[] weight, float[]? bias, bool tanh) : SentenceLayer
{
    /// <summary>Rows of W.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>Columns of W.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>Whether f is tanh.</summary>
    public bool Tanh { get; } = tanh;

    internal float[] Weight { get; } = weight;

    internal float[]? Bias { get; } = bias;

    /// <inheritdoc/>
    public override int WidthAfter(int width) => width == Inputs
        ? Outputs
        : throw new InvalidDataException($"a dense layer behind the pooling reads vectors of {Inputs} numbers, and they have {width}");

    /// <inheritdoc/>
    public override double[] Apply(double[] vector)
    {
        double[] y = new double[Outputs];
        for (int row = 0; row < Outputs; row++)
        {
            double sum = Bias?[row] ?? 0;
            for (int column = 0; column < Inputs; column++)
            {
                sum += Weight[(row * Inputs) + column] * vector[column];
            }

            y[row] = Tanh ? Math.Tanh(sum) : sum;
        }

        return y;
    }
}

/// <summary>
/// One vector for a text: its hidden states pooled in one or several ways, side by side, and what follows. The form that training needs,
/// differentiable, is <c>TorchPooling</c>.
/// </summary>
/// <param name="Modes">In the order of their parts of the vector; at least one.</param>
/// <param name="Layers">Behind them.</param>
internal sealed record SentencePooling(IReadOnlyList<PoolingMode> Modes, IReadOnlyList<SentenceLayer> Layers)
{
    /// <summary>The mean over tokens, and nothing else.</summary>
    public static SentencePooling Mean { get; } = new([PoolingMode.Mean], []);

    /// <summary>Whether it is the mean over tokens, and nothing else.</summary>
    public bool IsMean => Modes is [PoolingMode.Mean] && Layers.Count == 0;

    /// <summary>Numbers of a vector of a model that is <paramref name="hiddenSize"/> wide.</summary>
    /// <exception cref="InvalidDataException">A layer reads vectors of another width.</exception>
    public int Width(int hiddenSize) => Layers.Aggregate(hiddenSize * Modes.Count, (width, layer) => layer.WidthAfter(width));

    /// <summary>The vector of one row.</summary>
    /// <param name="states">(l, d), row by row.</param>
    /// <param name="attentionMask">(l), 1 = text.</param>
    /// <returns>(width).</returns>
    public double[] Pool(ReadOnlySpan<float> states, ReadOnlySpan<long> attentionMask)
    {
        int width = states.Length / attentionMask.Length;
        var vector = new List<double>(width * Modes.Count);
        foreach (PoolingMode mode in Modes)
        {
            vector.AddRange(Pool(mode, states, attentionMask, width));
        }

        return Layers.Aggregate(vector.ToArray(), (x, layer) => layer.Apply(x));
    }

    private static double[] Pool(PoolingMode mode, ReadOnlySpan<float> states, ReadOnlySpan<long> attentionMask, int width)
    {
        double[] vector = new double[width];
        if (mode == PoolingMode.Max)
        {
            Array.Fill(vector, double.NegativeInfinity);
        }

        int last = attentionMask.LastIndexOf(1L);
        (double tokens, double weight) = (0, 0);
        for (int position = 0; position <= last; position++)
        {
            bool isWanted = mode switch
            {
                PoolingMode.Cls => position == 0,
                PoolingMode.LastToken => position == last,
                _ => attentionMask[position] != 0,
            };
            if (!isWanted)
            {
                continue;
            }

            double share = mode == PoolingMode.WeightedMean ? position + 1 : 1;
            (tokens, weight) = (tokens + 1, weight + share);
            ReadOnlySpan<float> state = states.Slice(position * width, width);
            for (int i = 0; i < width; i++)
            {
                vector[i] = mode == PoolingMode.Max ? Math.Max(vector[i], state[i]) : vector[i] + (share * state[i]);
            }
        }

        double by = mode switch
        {
            PoolingMode.Mean or PoolingMode.WeightedMean => weight,
            PoolingMode.MeanSqrtLen => Math.Sqrt(tokens),
            _ => 1,
        };
        return by == 1 ? vector : [.. vector.Select(x => x / by)];
    }
}

using static TorchSharp.torch;

namespace BiGS.Models;

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
public abstract class SentenceLayer
{
    /// <summary>Numbers of a vector behind it, where one before it has <paramref name="width"/>.</summary>
    /// <exception cref="InvalidDataException">It reads vectors of another width.</exception>
    public abstract int WidthAfter(int width);

    /// <summary>The map, differentiable: (…, width) to (…, width after).</summary>
    public abstract Tensor Apply(Tensor vectors);

    /// <summary>The map of one vector, without libtorch.</summary>
    public abstract double[] Apply(double[] vector);
}

/// <summary>Scales every vector to length 1.</summary>
public sealed class UnitLengthLayer : SentenceLayer
{
    /// <inheritdoc/>
    public override int WidthAfter(int width) => width;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor vectors) => nn.functional.normalize(vectors, dim: -1);

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
public sealed class SentenceDense(int outputs, int inputs, float[] weight, float[]? bias, bool tanh) : SentenceLayer
{
    /// <inheritdoc/>
    public override int WidthAfter(int width) => width == inputs
        ? outputs
        : throw new InvalidDataException($"a dense layer behind the pooling reads vectors of {inputs} numbers, and they have {width}");

    /// <inheritdoc/>
    public override Tensor Apply(Tensor vectors)
    {
        using var scope = NewDisposeScope();
        Tensor w = tensor(weight, [outputs, inputs], device: vectors.device);
        Tensor y = nn.functional.linear(vectors, w, bias is null ? null : tensor(bias, device: vectors.device));
        return (tanh ? y.tanh() : y).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double[] Apply(double[] vector)
    {
        double[] y = new double[outputs];
        for (int row = 0; row < outputs; row++)
        {
            double sum = bias?[row] ?? 0;
            for (int column = 0; column < inputs; column++)
            {
                sum += weight[(row * inputs) + column] * vector[column];
            }

            y[row] = tanh ? Math.Tanh(sum) : sum;
        }

        return y;
    }
}

/// <summary>
/// One vector for a text: its hidden states pooled in one or several ways, side by side, and what follows. Once for libtorch, where it is
/// learned through, and once without, where a model only answers.
/// </summary>
/// <param name="Modes">In the order of their parts of the vector; at least one.</param>
/// <param name="Layers">Behind them.</param>
public sealed record SentencePooling(IReadOnlyList<PoolingMode> Modes, IReadOnlyList<SentenceLayer> Layers)
{
    /// <summary>The mean over tokens, and nothing else.</summary>
    public static SentencePooling Mean { get; } = new([PoolingMode.Mean], []);

    /// <summary>Whether it is the mean over tokens, and nothing else.</summary>
    public bool IsMean => Modes is [PoolingMode.Mean] && Layers.Count == 0;

    /// <summary>Numbers of a vector of a model that is <paramref name="hiddenSize"/> wide.</summary>
    /// <exception cref="InvalidDataException">A layer reads vectors of another width.</exception>
    public int Width(int hiddenSize) => Layers.Aggregate(hiddenSize * Modes.Count, (width, layer) => layer.WidthAfter(width));

    /// <summary>Vectors of rows, differentiable.</summary>
    /// <param name="states">(…, l, d).</param>
    /// <param name="attentionMask">(…, l), 1 = text; null where no position is padding.</param>
    /// <returns>(…, width).</returns>
    public Tensor Of(Tensor states, Tensor? attentionMask)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = [.. Modes.Select(mode => Of(mode, states, attentionMask))];
        return Layers.Aggregate(parts is [var only] ? only : cat(parts, dim: -1), (vectors, layer) => layer.Apply(vectors)).MoveToOuterDisposeScope();
    }

    /// <summary>The vector of one row, without libtorch.</summary>
    /// <param name="states">(l, d), row by row.</param>
    /// <param name="attentionMask">(l), 1 = text.</param>
    /// <returns>(width).</returns>
    public double[] Of(ReadOnlySpan<float> states, ReadOnlySpan<long> attentionMask)
    {
        int width = states.Length / attentionMask.Length;
        var vector = new List<double>(width * Modes.Count);
        foreach (PoolingMode mode in Modes)
        {
            vector.AddRange(Of(mode, states, attentionMask, width));
        }

        return Layers.Aggregate(vector.ToArray(), (x, layer) => layer.Apply(x));
    }

    private static Tensor Of(PoolingMode mode, Tensor states, Tensor? attentionMask)
    {
        if (mode == PoolingMode.Mean)
        {
            return attentionMask is null ? states.mean([-2]) : Pooler.MeanOverText(states, attentionMask);
        }

        if (mode == PoolingMode.Cls)
        {
            return states.select(-2, 0);
        }

        long length = states.shape[^2];
        Tensor keep = (attentionMask ?? ones(states.shape[..^1], device: states.device)).to_type(states.dtype).unsqueeze(-1); // (…, l, 1)
        Tensor places = arange(1, length + 1, device: states.device).to_type(states.dtype).unsqueeze(-1); // (l, 1)
        Tensor weights = keep * places;
        return mode switch
        {
            PoolingMode.Max => states.masked_fill(keep.eq(0), float.NegativeInfinity).amax([-2]),
            PoolingMode.MeanSqrtLen => (states * keep).sum(dim: -2) / keep.sum(dim: -2).sqrt(),
            PoolingMode.WeightedMean => (states * weights).sum(dim: -2) / weights.sum(dim: -2),
            _ => (states * weights.eq(weights.amax([-2], keepdim: true)).to_type(states.dtype)).sum(dim: -2),
        };
    }

    private static double[] Of(PoolingMode mode, ReadOnlySpan<float> states, ReadOnlySpan<long> attentionMask, int width)
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

using BiGS.SentenceTransformers;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>The differentiable form of <see cref="SentencePooling"/>, for training through it.</summary>
internal static class TorchPooling
{
    /// <summary>Vectors of rows, differentiable.</summary>
    /// <param name="pooling">The modes, and the layers that follow.</param>
    /// <param name="states">(…, l, d).</param>
    /// <param name="attentionMask">(…, l), 1 = text; null where no position is padding.</param>
    /// <returns>(…, width).</returns>
    public static Tensor Pool(this SentencePooling pooling, Tensor states, Tensor? attentionMask)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = [.. pooling.Modes.Select(mode => Pool(mode, states, attentionMask))];
        return pooling.Layers.Aggregate(parts is [var only] ? only : cat(parts, dim: -1), (vectors, layer) => layer.Apply(vectors)).MoveToOuterDisposeScope();
    }

    /// <summary>A layer's map, differentiable: (…, width) to (…, width after).</summary>
    public static Tensor Apply(this SentenceLayer layer, Tensor vectors) => layer switch
    {
        UnitLengthLayer => nn.functional.normalize(vectors, dim: -1),
        SentenceDense dense => Apply(dense, vectors),
        _ => throw new NotSupportedException($"{layer.GetType().Name} has no differentiable form."),
    };

    private static Tensor Apply(SentenceDense dense, Tensor vectors)
    {
        using var scope = NewDisposeScope();
        Tensor w = tensor(dense.Weight, [dense.Outputs, dense.Inputs], device: vectors.device);
        Tensor y = nn.functional.linear(vectors, w, dense.Bias is null ? null : tensor(dense.Bias, device: vectors.device));
        return (dense.Tanh ? y.tanh() : y).MoveToOuterDisposeScope();
    }

    private static Tensor Pool(PoolingMode mode, Tensor states, Tensor? attentionMask)
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
}

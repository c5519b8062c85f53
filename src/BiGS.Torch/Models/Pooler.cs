using BiGS.Configuration;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// One vector for a text: the mean over its positions (all, or those that are not padding) or the first of them, a dense, tanh (paper.md §3; <see cref="PoolerActivation"/>).
/// </summary>
internal sealed class Pooler : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly PoolerType _type;
    private readonly PoolerActivation _activation;

    [ComponentName(Name = "dense")]
    private readonly Dense _dense;

    public Pooler(BiGSConfig config)
        : base(nameof(Pooler))
    {
        _type = config.PoolerType;
        _activation = config.PoolerAct;
        _dense = new Dense(config.HiddenSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <param name="hiddenStates">(b, l, d).</param>
    /// <param name="attentionMask">(b, l), 1 = text; null where no position is padding.</param>
    /// <returns>(b, d).</returns>
    public override Tensor forward(Tensor hiddenStates, Tensor? attentionMask)
    {
        using var scope = NewDisposeScope();
        Tensor dense = _dense.forward(Summary(hiddenStates, attentionMask));
        return (_activation switch { PoolerActivation.Relu => dense.relu(), PoolerActivation.Gelu => Gelu.Exact(dense), _ => dense.tanh() }).MoveToOuterDisposeScope();
    }

    /// <summary>What the dense reads: (b, d).</summary>
    /// <inheritdoc cref="forward"/>
    public Tensor Summary(Tensor hiddenStates, Tensor? attentionMask) => _type switch
    {
        PoolerType.Cls => hiddenStates.select(1, 0),
        PoolerType.NonPaddingMean when attentionMask is not null => MeanOverText(hiddenStates, attentionMask),
        _ => hiddenStates.mean([1]),
    };

    /// <summary>The mean over what is not padding: (…, l, d) and (…, l) give (…, d).</summary>
    public static Tensor MeanOverText(Tensor hiddenStates, Tensor attentionMask)
    {
        Tensor keep = attentionMask.to_type(hiddenStates.dtype).unsqueeze(-1); // (…, l, 1)
        return (hiddenStates * keep).sum(dim: -2) / keep.sum(dim: -2); // (…, d)
    }
}

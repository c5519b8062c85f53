using BiGS.Configuration;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// One layer, (l, b, d) → (l, b, d), around a mixer, which alone moves information between positions. Position comes first inside the encoder, so that an SSM's matrix
/// multiplies the whole batch in its memory layout. The four models of the paper are two choices:
/// two blocks (<see cref="GatedBlock"/>, <see cref="StackBlock"/>), two mixers (<see cref="TwoSequentialSsm"/>, <see cref="SelfAttention"/>).
/// </summary>
public abstract class Block : nn.Module<Tensor, PaddingMask?, Tensor>
{
    private readonly SequenceMixer _mixer;
    private readonly double _dropout;

    protected Block(string name, BiGSConfig config, SequenceMixer mixer)
        : base(name)
    {
        _mixer = mixer;
        _dropout = config.BlockDropoutProb;
    }

    /// <summary>The type of products and activations inside the block; the residual stream and LayerNorms stay in the precision of the parameters.</summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>The block and the mixer that a configuration names.</summary>
    public static Block Create(BiGSConfig config, ISsmRoute route)
    {
        var mixer = SequenceMixer.Create(config, route);
        return config.Architecture == Architecture.Gated ? new GatedBlock(config, mixer) : new StackBlock(config, mixer);
    }

    /// <param name="x">(l, b, d), single precision.</param>
    /// <param name="padding">Null if the batch has no padding.</param>
    /// <returns>(l, b, d), single precision.</returns>
    public sealed override Tensor forward(Tensor x, PaddingMask? padding)
    {
        using var scope = NewDisposeScope();
        return Compute(x, padding).MoveToOuterDisposeScope();
    }

    protected abstract Tensor Compute(Tensor x, PaddingMask? padding);

    /// <summary>Moves information between positions.</summary>
    protected Tensor Route(Tensor X, PaddingMask? padding) => _mixer.Route(X, padding);

    protected void RegisterMixer()
    {
        RegisterComponents();
        foreach ((string name, nn.Module module) in _mixer.Components)
        {
            register_module(name, module);
        }
    }

    /// <summary>The residual step, in single precision whatever the type of the branch.</summary>
    protected Tensor Residual(Tensor x, Tensor branch) =>
        x.Plus((_dropout > 0 ? nn.functional.dropout(branch, _dropout, training) : branch).to_type(x.dtype));
}

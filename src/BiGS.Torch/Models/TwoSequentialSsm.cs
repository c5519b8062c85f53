using BiGS.Configuration;
using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Mixes by two SSMs, one running forward and one backward (docs/paper.md §2, §3):
/// F = gelu(X Wf), B = gelu(X Wb), U1 = SSM→(F) W1, U2 = SSM←(B) W2, merged by product (BiGS), sum, or concatenation.
/// </summary>
public sealed class TwoSequentialSsm : SequenceMixer
{
    private readonly Dense _duForward;
    private readonly Dense _duBackward;
    private readonly S4D _fs4;
    private readonly S4D _bs4;
    private readonly MergedDirections _merge;
    private readonly Func<Tensor, Tensor> _gelu;
    private readonly bool _maskPadding;

    public TwoSequentialSsm(BiGSConfig config, ISsmRoute route)
    {
        int d = config.HiddenSize;
        Discretize discretize = config.Discretization == DiscretizationRule.Zoh ? Discretization.ZeroOrderHold : Discretization.Bilinear;
        _duForward = new Dense(d, d);
        _duBackward = new Dense(d, d);
        _fs4 = new S4D(config.NumSsmHeads, config.StateSize, discretize, Direction.Forward, route);
        _bs4 = new S4D(config.NumSsmHeads, config.StateSize, discretize, Direction.Backward, route);
        _merge = MergedDirections.Of(config.Merge, d);
        _gelu = Gelu.Of(config.LayerAct);
        _maskPadding = config.MaskPadding;
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, nn.Module Module)> Components =>
        [("du_forward", _duForward), ("du_backward", _duBackward), ("fs4", _fs4), ("bs4", _bs4), .. _merge.Components];

    /// <inheritdoc/>
    public override Tensor Route(Tensor X, PaddingMask? padding)
    {
        Tensor F = ZeroPadding(_gelu(_duForward.forward(X)), padding); // (l, b, d)
        Tensor B = ZeroPadding(_gelu(_duBackward.forward(X)), padding); // (l, b, d)
        return _merge.Of(_fs4.forward(F), _bs4.forward(B));
    }

    /// <summary>gelu of the bias is not zero at padding and would leak into the text. With zero input a linear system in state zero stays there, so the result
    /// equals that of the row without padding.</summary>
    private Tensor ZeroPadding(Tensor u, PaddingMask? padding) =>
        _maskPadding && padding is not null ? u * padding.PositionMask.to_type(u.dtype) : u;
}

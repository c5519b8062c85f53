using BiGS.Configuration;
using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// What moves information between positions inside a block: (l, b, d) → (l, b, d), with 4 d² weights for either kind (docs/paper.md §3). A mixer
/// is not a module itself: the block registers its modules directly, so that the keys of a checkpoint match those of the authors' code.
/// </summary>
public abstract class SequenceMixer
{
    /// <summary>The modules, under the names that they have inside a block.</summary>
    public abstract IEnumerable<(string Name, nn.Module Module)> Components { get; }

    /// <summary>Creates the mixer that <see cref="BiGSConfig.Routing"/> selects. A new mixer is a line here.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="route">How state-space models are computed.</param>
    /// <exception cref="NotSupportedException">There is no mixer for this value.</exception>
    public static SequenceMixer Create(BiGSConfig config, ISsmRoute route) => config.Routing switch
    {
        Routing.Ssm => new TwoSequentialSsm(config, route),
        Routing.Attention => new SelfAttention(config),
        Routing.Hydra => new Hydra(config),
        _ => throw new NotSupportedException($"BiGSConfig.Routing is {config.Routing}, which has no mixer; add it to SequenceMixer.Create."),
    };

    /// <summary>Mixes information across positions.</summary>
    /// <param name="X">(l, b, d), normalised.</param>
    /// <param name="padding">Null if the batch has no padding.</param>
    /// <returns>(l, b, d).</returns>
    public abstract Tensor Route(Tensor X, PaddingMask? padding);

    /// <summary>How much a position (row) takes from each position (column), a matrix for each head; none where what is mixed is not by one matrix.</summary>
    /// <param name="X">(l, 1, d), normalised: one row, without padding.</param>
    internal virtual IReadOnlyList<double[,]> Matrices(Tensor X) => [];
}

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

/// <summary>How the outputs of the two SSMs become one sequence; 2 d² weights in every form (paper.md §3).</summary>
internal abstract class MergedDirections
{
    public abstract IEnumerable<(string Name, nn.Module Module)> Components { get; }

    /// <param name="forward">SSM→(F): (l, b, d).</param>
    /// <param name="backward">SSM←(B): (l, b, d).</param>
    public abstract Tensor Of(Tensor forward, Tensor backward);

    public static MergedDirections Of(Merge merge, int d) => merge switch
    {
        Merge.Multiply => new TwoDenses(d, (u1, u2) => u1 * u2),
        Merge.Add => new TwoDenses(d, (u1, u2) => u1.Plus(u2)),
        _ => new OneDense(d),
    };

    /// <summary>(y→ W1) ⊗ (y← W2), or their sum.</summary>
    private sealed class TwoDenses(int d, Func<Tensor, Tensor, Tensor> join) : MergedDirections
    {
        private readonly Dense _w1 = new(d, d);
        private readonly Dense _w2 = new(d, d);

        public override IEnumerable<(string Name, nn.Module Module)> Components => [("duc_forward", _w1), ("duc_backward", _w2)];

        public override Tensor Of(Tensor forward, Tensor backward) => join(_w1.forward(forward), _w2.forward(backward));
    }

    /// <summary>[y→, y←] W, W: 2d → d.</summary>
    private sealed class OneDense(int d) : MergedDirections
    {
        private readonly Dense _w = new(2 * d, d);

        public override IEnumerable<(string Name, nn.Module Module)> Components => [("merge", _w)];

        public override Tensor Of(Tensor forward, Tensor backward) => _w.forward(cat([forward, backward], -1));
    }
}

/// <summary>Routing by multi-head self-attention: softmax(Q Kᵀ / √(d/h)) V, then one dense; padding is never looked at.</summary>
public sealed class SelfAttention : SequenceMixer
{
    private readonly Attention _attention;

    public SelfAttention(BiGSConfig config) => _attention = new Attention(config);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, nn.Module Module)> Components => [("attention", _attention)];

    /// <inheritdoc/>
    public override Tensor Route(Tensor X, PaddingMask? padding) => _attention.forward(X, padding);

    /// <inheritdoc/>
    internal override IReadOnlyList<double[,]> Matrices(Tensor X) => _attention.Weights(X);

    private sealed class Attention : nn.Module<Tensor, PaddingMask?, Tensor>
    {
        private readonly int _heads;
        private readonly double _dropout;

        [ComponentName(Name = "query")]
        private readonly Dense _query;

        [ComponentName(Name = "key")]
        private readonly Dense _key;

        [ComponentName(Name = "value")]
        private readonly Dense _value;

        [ComponentName(Name = "output")]
        private readonly Dense _output;

        public Attention(BiGSConfig config)
            : base(nameof(Attention))
        {
            int d = config.HiddenSize;
            _heads = config.NumAttentionHeads;
            _dropout = config.AttentionProbsDropoutProb;
            _query = new Dense(d, d);
            _key = new Dense(d, d);
            _value = new Dense(d, d);
            _output = new Dense(d, d);
            RegisterComponents();
        }

        public override Tensor forward(Tensor X, PaddingMask? padding)
        {
            Tensor mixed = nn.functional.scaled_dot_product_attention(
                ByHead(_query.forward(X)), ByHead(_key.forward(X)), ByHead(_value.forward(X)), padding?.KeyMask, training ? _dropout : 0); // (b, h, l, d/h)
            return _output.forward(mixed.permute(2, 0, 1, 3).reshape(X.shape)); // (l, b, d)
        }

        /// <summary>softmax(Q Kᵀ / √(d/h)) of one row, head by head.</summary>
        public IReadOnlyList<double[,]> Weights(Tensor X)
        {
            (Tensor Q, Tensor K) = (ByHead(_query.forward(X)).to_type(ScalarType.Float64), ByHead(_key.forward(X)).to_type(ScalarType.Float64));
            Tensor scale = tensor(1 / Math.Sqrt(Q.shape[^1]), device: X.device);
            Tensor weights = nn.functional.softmax(matmul(Q, K.transpose(2, 3)) * scale, -1).squeeze(0); // (h, l, l)
            return [.. weights.unbind().Select(head => head.cpu().contiguous().data<double>().ToNDArray()).Cast<double[,]>()];
        }

        private Tensor ByHead(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).permute(1, 2, 0, 3); // (b, h, l, d/h)
    }
}

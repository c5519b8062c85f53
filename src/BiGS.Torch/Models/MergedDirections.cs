using BiGS.Configuration;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

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

using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// What fills the hole that a block leaves for moving information between positions: (l, b, d) → (l, b, d), with 4 d² weights
/// in either kind (paper.md §3). A filler owns modules but is none: the block registers them under its own name,
/// and so the checkpoint keys are the authors'.
/// </summary>
public abstract class SequenceMixer
{
    /// <summary>The modules, under the names that they have inside a block.</summary>
    public abstract IEnumerable<(string Name, nn.Module Module)> Components { get; }

    /// <param name="X">(l, b, d), normalised.</param>
    /// <param name="padding">Null where no position is padding.</param>
    /// <returns>(l, b, d).</returns>
    public abstract Tensor Route(Tensor X, PaddingMask? padding);
}

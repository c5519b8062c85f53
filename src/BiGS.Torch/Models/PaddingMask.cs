using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Which positions hold text, in the two forms that routings ask for. No mask at all (null) means that no position is padding,
/// and costs nothing.
/// </summary>
public sealed class PaddingMask
{
    /// <param name="attentionMask">(b, l), 1 = text, 0 = padding.</param>
    public PaddingMask(Tensor attentionMask)
    {
        PositionMask = attentionMask.to_type(ScalarType.Float32).t().unsqueeze(-1);
        KeyMask = attentionMask.to_type(ScalarType.Bool).unsqueeze(1).unsqueeze(1);
    }

    private PaddingMask(Tensor keep, Tensor attend)
    {
        PositionMask = keep;
        KeyMask = attend;
    }

    /// <summary>A factor for (l, b, d): 1 at text, 0 at padding. (l, b, 1), single precision.</summary>
    public Tensor PositionMask { get; }

    /// <summary>Which keys attention may look at. (b, 1, 1, l), bool.</summary>
    public Tensor KeyMask { get; }

    /// <summary>The two forms, to be held somewhere else.</summary>
    internal Tensor[] Parts => [PositionMask, KeyMask];

    /// <summary>A mask of forms that were held.</summary>
    internal static PaddingMask FromParts(Tensor keep, Tensor attend) => new(keep, attend);
}

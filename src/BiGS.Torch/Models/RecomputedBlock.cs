using static TorchSharp.torch.autograd;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// A block that keeps nothing of its forward pass but what went in, and computes it once more when its gradient is wanted
/// (Chen et al. 2016): memory for one block's activations instead of all, for a third more time.
/// </summary>
internal sealed class RecomputedBlock : SingleTensorFunction<RecomputedBlock>
{
    private const string BlockKey = "block";
    private const string DrawsKey = "draws";

    public override string Name => nameof(RecomputedBlock);

    /// <param name="block">Its parameters get their gradients when the result's backward pass comes by.</param>
    /// <param name="x">(l, b, d), part of a graph.</param>
    /// <param name="padding">Null where no position is padding.</param>
    public static Tensor Of(Block block, Tensor x, PaddingMask? padding) => apply(x, block, padding!);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        (var x, var block, var padding) = ((Tensor)vars[0], (Block)vars[1], (PaddingMask?)vars[2]);
        ctx.save_for_backward([x, .. padding?.Parts ?? []]);
        ctx.save_data(BlockKey, block);
        ctx.save_data(DrawsKey, Draws()); // dropout must fall the same way twice
        return block.forward(x, padding);
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var tracked = enable_grad();
        var block = (Block)ctx.get_data(BlockKey);
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor x = saved[0].detach().requires_grad_();
        PaddingMask? padding = saved.Count > 1 ? PaddingMask.FromParts(saved[1], saved[2]) : null;
        random.set_rng_state(tensor((byte[])ctx.get_data(DrawsKey)));
        Tensor y = block.forward(x, padding);
        autograd.backward([y], [grad_output]);
        return [x.grad!.MoveToOuterDisposeScope(), null!, null!];
    }

    /// <summary>The generator's state as plain bytes, which no scope ends.</summary>
    private static byte[] Draws()
    {
        using Tensor state = random.get_rng_state();
        return state.bytes.ToArray();
    }
}

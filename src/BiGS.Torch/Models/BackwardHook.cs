using static TorchSharp.torch.autograd;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// A place in the forward pass that says when the backward pass comes by: all that was computed after it has its gradients then. (Autograd takes what
/// was computed last first, so nothing behind the mark is left over.)
/// </summary>
internal sealed class BackwardHook : SingleTensorFunction<BackwardHook>
{
    private const string PassedKey = "passed";

    public override string Name => nameof(BackwardHook);

    /// <param name="x">Part of a graph; its values go through.</param>
    /// <param name="passed">Called within the backward pass.</param>
    public static Tensor On(Tensor x, Action passed) => apply(x, passed);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_data(PassedKey, vars[1]);
        return x.view(x.shape);
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        ((Action)ctx.get_data(PassedKey))();
        return [grad_output.alias(), null!];
    }
}

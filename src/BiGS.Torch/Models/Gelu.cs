using BiGS.Configuration;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>GELU(x) = x Φ(x): exact, or by the tanh approximation that the authors' JAX layers use (paper.md §3).</summary>
internal static class Gelu
{
    public static Tensor Exact(Tensor x) => nn.functional.gelu(x);

    public static Tensor Tanh(Tensor x) => nn.functional.gelu(x, GELU.Approximate.tanh);

    public static Func<Tensor, Tensor> Of(LayerActivation activation) => activation == LayerActivation.Gelu ? Exact : Tanh;
}

using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// What a frozen dense learns besides (LoRA, Hu et al. 2022): y = x Wᵀ + b + s (x Aᵀ) Bᵀ with s = α / r. A is r × in, B is out × r and starts at zero,
/// so that an adapted model begins as the one that it adapts.
/// </summary>
internal sealed class LoraAdapter : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "lora_A")]
    private readonly Parameter _a;

    [ComponentName(Name = "lora_B")]
    private readonly Parameter _b;

    private readonly float _scale;

    /// <param name="inputs">Of the dense.</param>
    /// <param name="outputs">Of the dense.</param>
    /// <param name="rank">r.</param>
    /// <param name="alpha">α.</param>
    /// <param name="generator">Draws A from the uniform distribution of ±1/√in.</param>
    public LoraAdapter(long inputs, long outputs, int rank, double alpha, Generator generator)
        : base(nameof(LoraAdapter))
    {
        double bound = 1 / Math.Sqrt(inputs);
        _a = new Parameter(empty(rank, inputs).uniform_(-bound, bound, generator));
        _b = new Parameter(zeros(outputs, rank));
        _scale = (float)(alpha / rank);
        RegisterComponents();
    }

    /// <param name="x">(…, in).</param>
    /// <returns>What is added to the dense's answer: (…, out).</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor low = nn.functional.linear(x, _a.to_type(x.dtype)); // (…, r)
        return nn.functional.linear(low, Scaled(_b).to_type(x.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>s B A, the change of W.</summary>
    public Tensor Delta()
    {
        using var scope = NewDisposeScope();
        return Scaled(_b).matmul(_a).MoveToOuterDisposeScope();
    }

    private Tensor Scaled(Tensor x) => x.mul(tensor(_scale, device: x.device));
}

using BiGS.Torch.Ssm;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// x Wᵀ + b, computed in the type of x: the weights stay in single precision and are rounded on use,
/// so that bf16 activations make bf16 products over fp32 master weights.
/// </summary>
/// <remarks>Checkpoint keys: <c>weight</c> (out, in), <c>bias</c> (out).</remarks>
internal sealed class Dense : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    public Dense(long inputs, long outputs)
        : base(nameof(Dense))
    {
        _weight = new Parameter(zeros(outputs, inputs));
        _bias = new Parameter(zeros(outputs));
        RegisterComponents();
    }

    /// <summary>What it learns besides, where it is adapted.</summary>
    public LoraAdapter? Adapter { get; private set; }

    /// <summary>Puts an adapter beside the weights.</summary>
    internal void Adapt(int rank, double alpha, Generator generator)
    {
        Adapter = new LoraAdapter(_weight.shape[1], _weight.shape[0], rank, alpha, generator);
        Adapter.to(_weight.device);
        register_module(Adapters.ModuleName, Adapter);
    }

    /// <summary>Sets weights and bias to zero.</summary>
    internal void Clear()
    {
        using var untracked = no_grad();
        _weight.zero_();
        _bias.zero_();
    }

    /// <param name="x">(…, in).</param>
    /// <returns>(…, out).</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor y = Plain(x);
        if (Adapter is null)
        {
            return y;
        }

        using (y)
        using (Tensor change = Adapter.forward(x))
        {
            return y.Plus(change);
        }
    }

    private Tensor Plain(Tensor x)
    {
        if (x.dtype == _weight.dtype)
        {
            return nn.functional.linear(x, _weight, _bias);
        }

        using Tensor weight = _weight.to_type(x.dtype);
        using Tensor bias = _bias.to_type(x.dtype);
        return nn.functional.linear(x, weight, bias);
    }
}

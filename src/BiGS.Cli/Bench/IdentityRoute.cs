using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>An SSM that gives back what it reads: the floor is a model with this in it.</summary>
internal sealed class IdentityRoute : ISsmRoute
{
    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction) => new Nothing();

    private sealed class Nothing : SsmOperator
    {
        public override Tensor Apply(Tensor u) => u.alias();
    }
}

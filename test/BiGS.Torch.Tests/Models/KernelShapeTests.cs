using BiGS.Configuration;
using BiGS.Inference;
using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

public class KernelShapeTests
{
    /// <summary>A kernel is what its layer's filter does to a single 1, in its own direction.</summary>
    [Fact]
    public void AKernelIsTheAnswerToAnImpulse()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        HeadedModel model = SmallModels.Build(SmallModels.Config() with { NumSsmHeads = 3 });
        IReadOnlyList<KernelShape> shapes = KernelShapes.Compute(model, 9);
        Assert.Equal(2 * 2 * 3, shapes.Count);
        Assert.Equal((0, Direction.Forward, 0), (shapes[0].Layer, shapes[0].Direction, shapes[0].Head));
        int channels = 12 / 3;
        foreach (IGrouping<(int Layer, Direction Direction), KernelShape> heads in shapes.GroupBy(shape => (shape.Layer, shape.Direction)))
        {
            S4D ssm = model.Bigs.Layers.ElementAt(heads.Key.Layer).modules().OfType<S4D>().First(ssm => ssm.Direction == heads.Key.Direction);
            Tensor impulse = zeros(9, 1, 12);
            impulse[heads.Key.Direction == Direction.Forward ? 0 : 8] = 1;
            float[] answer = ssm.forward(impulse).data<float>().ToArray();
            Assert.All(heads, shape => Assert.All(Enumerable.Range(0, 9), l => Assert.Equal(
                answer[((heads.Key.Direction == Direction.Forward ? l : 8 - l) * 12) + (shape.Head * channels)], shape.Values[l], 1e-4)));
        }
    }

    [Fact]
    public void AttentionHasNone() => Assert.Empty(KernelShapes.Compute(SmallModels.Build(SmallModels.Config(routing: Routing.Attention)), 9));

    [Theory]
    [InlineData(new[] { 1.0, 0, 0, 0 }, 0)]
    [InlineData(new[] { -1.0, 1, -1, 1 }, 3)]
    [InlineData(new[] { 8.0, -1, 1, 0 }, 1)]
    public void TheReachHoldsNineTenths(double[] values, int reach) => Assert.Equal(reach, new KernelShape(0, Direction.Forward, 0, values).Reach());
}

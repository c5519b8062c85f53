using BiGS.Configuration;
using BiGS.Inference;
using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>A frozen model answers what it answered before, at every length, whatever was asked first.</summary>
public class FreezeTests
{
    private static readonly int[] Lengths = [5, 1, 64, 63, 65, 5, 130];

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void AnswersStay(Architecture architecture, Routing routing) => Compare(SmallModels.Config(architecture, routing), Precision.Fp32, 1e-5);

    [Fact]
    public void SoTheyDoInHalfWidthAndWithManyKernels() => Compare(SmallModels.Config() with { NumSsmHeads = 3 }, Precision.Bf16, 2e-2);

    [Fact]
    public void RowsBeyondAMatrixAreChunked()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var generator = new Generator(3);
        var ssm = new S4D(1, 4, Discretization.ZeroOrderHold, Direction.Backward, SsmRoutes.Auto);
        ssm.Initialize(InitialValues.Linear, generator);
        Tensor u = empty(1_100, 2, 4).normal_(generator: generator);
        Tensor before = ssm.forward(u);
        ssm.Freeze();
        Distance.Within(1e-5, ssm.forward(u), before, "frozen");
    }

    private static void Compare(BiGSConfig config, Precision precision, double limit)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        BiGSForMaskedLM model = SmallModels.MaskedLm(config with { MaxPositionEmbeddings = 130 });
        model.ComputeIn(precision);
        Tensor[] before = [.. Lengths.Select(length => Answer(model, length))];
        model.Freeze();
        for (int i = 0; i < Lengths.Length; i++)
        {
            Distance.Within(limit, Answer(model, Lengths[i]), before[i], $"length {Lengths[i]}");
        }
    }

    private static Tensor Answer(BiGSForMaskedLM model, int length) =>
        model.Forward(new ModelInput(SmallModels.Ids(2, length, seed: length))).Results["logits"];
}

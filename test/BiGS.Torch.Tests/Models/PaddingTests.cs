using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>An answer does not depend on what stands behind the text or beside the row.</summary>
public class PaddingTests
{
    /// <summary>In double precision, so that a difference is a mistake and not rounding.</summary>
    private const double Limit = 1e-10;

    private static readonly Gen<(int Length, int Padding, int Seed)> Rows = Gen.Select(Gen.Int[1, 24], Gen.Int[1, 30], Gen.Int[0, 100_000]);

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void PaddingNeverChangesAnAnswer(Architecture architecture, Routing routing)
    {
        BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config(architecture, routing));
        model.ComputeIn(Precision.Fp64);
        Rows.Sample(row =>
        {
            using var scope = NewDisposeScope();
            (Tensor alone, Tensor padded) = Logits(model, row.Length, row.Padding, row.Seed);
            Distance.Within(Limit, padded, alone, row.ToString());
        }, iter: 40, threads: 1);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void NorByMoreThanRoundingInSinglePrecision(Architecture architecture, Routing routing)
    {
        BiGSConfig config = (Presets.Get("tiny") with { VocabSize = 40, InitializerRange = 0.05 }).WithBlocks(architecture, routing);
        var model = new BiGSForMaskedLM(config, SsmRoutes.Auto);
        model.Initialize(seed: 1);
        model.eval();
        Rows.Sample(row =>
        {
            using var scope = NewDisposeScope();
            (Tensor alone, Tensor padded) = Logits(model, row.Length, row.Padding, row.Seed);
            Distance.Within(1e-5, padded, alone, row.ToString());
        }, iter: 10, threads: 1);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void NorATextsVector(Architecture architecture, Routing routing)
    {
        HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing), head: "BiGSForSequenceClassification");
        model.ComputeIn(Precision.Fp64);
        Rows.Sample(row =>
        {
            using var scope = NewDisposeScope();
            (Tensor ids, Tensor mask) = Padded(row.Length, row.Padding, row.Seed);
            ModelOutput padded = model.Forward(new ModelInput(ids, mask));
            ModelOutput alone = model.Forward(new ModelInput(ids[0].narrow(0, 0, row.Length).unsqueeze(0)));
            Distance.Within(Limit, padded.PoolerOutput![0], alone.PoolerOutput!, row.ToString());
            Distance.Within(Limit, padded.Results["logits"][0], alone.Results["logits"], row.ToString());
        }, iter: 20, threads: 1);
    }

    /// <summary>Without the mask the backward SSM hears its pads, as in the authors' encoder; attention never looks at them.</summary>
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void WithoutTheMaskAnSsmHearsItsPads(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config(architecture, routing) with { MaskPadding = false });
        model.ComputeIn(Precision.Fp64);
        (Tensor alone, Tensor padded) = Logits(model, length: 10, padding: 12, seed: 3);
        double distance = Distance.Of(padded, alone);
        Assert.True(routing == Routing.Ssm ? distance > 0.01 : distance <= Limit, $"{distance}");
    }

    /// <summary>The logits of a row by itself, and beside a longer row, with words in its padding.</summary>
    private static (Tensor Alone, Tensor Padded) Logits(BiGSForMaskedLM model, int length, int padding, int seed)
    {
        (Tensor ids, Tensor mask) = Padded(length, padding, seed);
        Tensor padded = model.Forward(new ModelInput(ids, mask)).Results["logits"][0].narrow(0, 0, length);
        return (model.Forward(new ModelInput(ids[0].narrow(0, 0, length).unsqueeze(0))).Results["logits"][0], padded);
    }

    private static (Tensor Ids, Tensor Mask) Padded(int length, int padding, int seed) =>
        (SmallModels.Ids(2, length + padding, seed), SmallModels.Mask(length + padding, length, length + padding));
}

using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>A block that is computed twice gives the loss of one that keeps its activations, and its gradients (sums may be added up in another order).</summary>
[Collection(TorchGlobals.Name)]
public class RecomputationTests
{
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void GradientsAreTheSame(Architecture architecture, Routing routing) => Compare(SmallModels.Config(architecture, routing), training: false);

    [Fact]
    public void DropoutFallsTheSameWayTwice() => Compare(SmallModels.Config() with { HiddenDropoutProb = 0.2, BlockDropoutProb = 0.3 }, training: true);

    private static void Compare(BiGSConfig config, bool training)
    {
        using var scope = NewDisposeScope();
        BiGSForMaskedLM model = SmallModels.MaskedLm(config);
        model.train(training);
        (double kept, Dictionary<string, Tensor> keptGradients) = Run(model, recompute: false);
        (double recomputed, Dictionary<string, Tensor> gradients) = Run(model, recompute: true);
        Assert.Equal(kept, recomputed);
        Assert.Equal(keptGradients.Keys.Order(), gradients.Keys.Order());
        Assert.All(keptGradients, pair => Distance.Within(1e-6, gradients[pair.Key], pair.Value, pair.Key));
    }

    private static (double Loss, Dictionary<string, Tensor> Gradients) Run(BiGSForMaskedLM model, bool recompute)
    {
        model.Bigs.Recompute = recompute;
        random.manual_seed(11);
        foreach (Parameter parameter in model.parameters())
        {
            parameter.grad?.zero_();
        }

        Tensor ids = SmallModels.Ids(3, 20, seed: 5);
        Tensor logits = model.LogitsAt(new ModelInput(ids, SmallModels.Mask(20, 20, 13, 7)), tensor(new long[] { 3, 8, 21, 43 }));
        Tensor loss = nn.functional.cross_entropy(logits, tensor(new long[] { 7, 30, 12, 2 }));
        loss.backward();
        return (loss.item<float>(), model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!.clone()));
    }
}

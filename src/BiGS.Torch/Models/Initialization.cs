using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Fresh weights (paper.md §3): dense weights and embeddings N(0, 0.02), biases 0, LayerNorms 1 and 0, the [PAD] row 0,
/// SSMs as §1 says. The same seed gives the same weights on any device.
/// </summary>
public static class Initialization
{
    public static void Initialize(this HeadedModel model, long seed)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var generator = new Generator((ulong)seed);
        InitialFrequencies frequencies = model.Config.Scaling switch
        {
            Scaling.Hippo => InitialValues.Hippo,
            Scaling.Lin => InitialValues.Linear,
            _ => InitialValues.Inverse,
        };

        foreach ((string _, nn.Module module) in model.named_modules().OrderBy(named => named.name, StringComparer.Ordinal))
        {
            switch (module)
            {
                case IStateSpaceLayer ssm:
                    ssm.Initialize(frequencies, generator);
                    break;
                case Dense or Embedding:
                    Tensor weight = module.get_parameter("weight")!;
                    weight.copy_(empty(weight.shape, device: CPU).normal_(0, model.Config.InitializerRange, generator));
                    break;
            }
        }

        model.Bigs.Embeddings.WordTable.select(0, model.Config.PadTokenId).zero_();
    }
}

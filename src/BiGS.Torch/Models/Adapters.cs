using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>Low-rank adapters on every dense of every block.</summary>
public static class Adapters
{
    /// <summary>Where an adapter's parameters stand below its dense.</summary>
    internal const string ModuleName = "adapter";

    /// <summary>Puts adapters on; the model answers as before until they are trained.</summary>
    /// <param name="model">On its device.</param>
    /// <param name="rank">r.</param>
    /// <param name="alpha">α.</param>
    /// <param name="seed">Decides A.</param>
    public static void AddAdapters(this HeadedModel model, int rank, double alpha, long seed)
    {
        using var generator = new Generator((ulong)seed);
        foreach (Dense dense in model.Bigs.Layers.SelectMany(block => block.modules()).OfType<Dense>().Distinct())
        {
            dense.Adapt(rank, alpha, generator);
        }
    }

    /// <summary>A model of the same function without adapters: W + s B A in place of W.</summary>
    public static HeadedModel WithoutAdapters(this HeadedModel model)
    {
        using var untracked = no_grad();
        HeadedModel plain = HeadedModels.Create(model.Architecture, model.Config, SsmRoutes.Auto);
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var denses = model.named_modules().Where(m => m.module is Dense { Adapter: not null }).ToDictionary(m => m.name + ".weight", m => (Dense)m.module);
        foreach ((string name, Parameter parameter) in plain.named_parameters())
        {
            parameter.copy_(parameters[name]);
            if (denses.TryGetValue(name, out Dense? adapted))
            {
                using Tensor change = adapted.Adapter!.Delta().cpu();
                parameter.add_(change);
            }
        }

        plain.eval();
        return plain;
    }
}

using BiGS.Torch.Models;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>How gradients become steps.</summary>
public enum Optimizer
{
    /// <summary>Every number by its own mean and spread (Loshchilov and Hutter 2019).</summary>
    AdamW,

    /// <summary>The matrices of the layers by orthogonalised momentum (Jordan et al. 2024), everything else by AdamW.</summary>
    Muon,
}

/// <summary>Steps parameters by the gradients that lie in them.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>How many steps were taken.</summary>
    long Steps { get; }

    /// <summary>One update with the gradients that lie in the parameters.</summary>
    void Step(double learningRate);

    /// <summary>The gradients of what is stepped here, as far as there are any.</summary>
    IReadOnlyList<Tensor> Gradients();

    /// <summary>What steps leave behind for those to come, by name: a prefix, a dot, the parameter's name.</summary>
    IReadOnlyList<(string Name, Tensor Tensor)> State();

    /// <summary>Takes over the state of a checkpoint.</summary>
    /// <param name="steps">How many steps it had taken.</param>
    /// <param name="read">Gives the stored tensor of a name, whole.</param>
    void Restore(long steps, Func<string, Tensor> read);
}

/// <summary>The optimiser that a recipe names, over all parameters of a model.</summary>
internal static class Optimizers
{
    /// <param name="model">What is trained.</param>
    /// <param name="options">Which optimiser, and what it wants.</param>
    /// <param name="shards">Where each rank keeps its part of the state; null where all of it is here.</param>
    public static IOptimizer Create(HeadedModel model, TrainingOptions options, IOptimizerShards? shards = null)
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroup.Create(
            model, options.WeightDecay, options.SsmWeightDecay, options.SsmLearningRateFactor, options.EmbeddingLearningRateFactor);
        FusedAdamW AdamW(IReadOnlyList<ParameterGroup> of) => new(of, options.Beta1, options.Beta2, options.Epsilon, shards);
        if (options.Optimizer == Optimizer.AdamW)
        {
            return AdamW(groups);
        }

        (IReadOnlyList<ParameterGroup> matrices, IReadOnlyList<ParameterGroup> others) = ParameterGroup.SplitLayerMatrices(groups);
        return new CombinedOptimizer([new Muon(matrices, options.Momentum, shards), AdamW(others)]);
    }

    /// <summary>Several optimisers, each over its own parameters.</summary>
    private sealed class CombinedOptimizer(IReadOnlyList<IOptimizer> parts) : IOptimizer
    {
        public long Steps => parts[0].Steps;

        public void Step(double learningRate)
        {
            foreach (IOptimizer part in parts)
            {
                part.Step(learningRate);
            }
        }

        public IReadOnlyList<Tensor> Gradients() => [.. parts.SelectMany(part => part.Gradients())];

        public IReadOnlyList<(string Name, Tensor Tensor)> State() => [.. parts.SelectMany(part => part.State())];

        public void Restore(long steps, Func<string, Tensor> read)
        {
            foreach (IOptimizer part in parts)
            {
                part.Restore(steps, read);
            }
        }

        public void Dispose()
        {
            foreach (IOptimizer part in parts)
            {
                part.Dispose();
            }
        }
    }
}

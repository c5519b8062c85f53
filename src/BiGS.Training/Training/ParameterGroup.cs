using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;

namespace BiGS.Training;

/// <summary>Parameters that share a weight decay and a factor on the learning rate.</summary>
/// <param name="Parameters">By name, in the order of the model.</param>
/// <param name="WeightDecay">Per unit of learning rate, decoupled as in AdamW.</param>
/// <param name="LearningRateFactor">On the schedule's learning rate.</param>
internal sealed record ParameterGroup(IReadOnlyList<(string Name, Parameter Parameter)> Parameters, double WeightDecay, double LearningRateFactor)
{
    /// <summary>
    /// The recipe's groups (paper.md §4): weights decay; biases and LayerNorms do not; the SSMs' own parameters
    /// (A, C, D, Δ: a few hundred numbers that steer everything) have their own rate and decay; and so may the tables of embeddings have their rate.
    /// </summary>
    /// <param name="model">The model to train.</param>
    /// <param name="weightDecay">Of the first group.</param>
    /// <param name="ssmWeightDecay">Of the SSMs; the authors' script decays them like weights, their comments say not to.</param>
    /// <param name="ssmLearningRateFactor">On the learning rate of the SSMs.</param>
    /// <param name="embeddingLearningRateFactor">On the learning rate of the tables.</param>
    public static IReadOnlyList<ParameterGroup> Create(
        HeadedModel model, double weightDecay, double ssmWeightDecay, double ssmLearningRateFactor, double embeddingLearningRateFactor = 1)
    {
        Func<string, bool> IsSsm = S4D.NamesIn(model);
        bool IsUndecayed(string name) => name.EndsWith("bias", StringComparison.Ordinal) || name.EndsWith("LayerNorm.weight", StringComparison.Ordinal);

        bool IsTable(string name) => name.EndsWith("_embeddings.weight", StringComparison.Ordinal);

        var all = model.named_parameters().Select(p => (Name: p.name, Parameter: p.parameter)).ToList();
        return
        [
            new([.. all.Where(p => !IsSsm(p.Name) && !IsUndecayed(p.Name) && !IsTable(p.Name))], weightDecay, 1),
            new([.. all.Where(p => IsTable(p.Name))], weightDecay, embeddingLearningRateFactor),
            new([.. all.Where(p => !IsSsm(p.Name) && IsUndecayed(p.Name))], 0, 1),
            new([.. all.Where(p => IsSsm(p.Name))], ssmWeightDecay, ssmLearningRateFactor),
        ];
    }

    /// <summary>Puts the matrices of the layers apart: two-dimensional, no table of embeddings, no part of a head, no part of an SSM.</summary>
    public static (IReadOnlyList<ParameterGroup> Matrices, IReadOnlyList<ParameterGroup> Others) SplitLayerMatrices(IReadOnlyList<ParameterGroup> groups)
    {
        // An SSM's parameters stand in the last group, and none of them is a map between two spaces.
        ParameterGroup ssm = groups[^1];
        bool IsLayerMatrix(ParameterGroup group, string name, Parameter parameter) =>
            group != ssm && parameter.dim() == 2 && name.Contains(".encoder.layer.", StringComparison.Ordinal);

        return (
            [.. groups.Select(group => group with { Parameters = [.. group.Parameters.Where(p => IsLayerMatrix(group, p.Name, p.Parameter))] })],
            [.. groups.Select(group => group with { Parameters = [.. group.Parameters.Where(p => !IsLayerMatrix(group, p.Name, p.Parameter))] })]);
    }
}

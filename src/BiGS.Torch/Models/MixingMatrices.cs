using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>What the words of a text take from each other, layer by layer: the matrices of the mixers that have them (<see cref="SequenceMixer.Matrices"/>).</summary>
internal static class MixingMatrices
{
    /// <summary>Of every layer, a matrix for each head; layers of state-space models with fixed kernels have none.</summary>
    /// <param name="model">Any head.</param>
    /// <param name="row">One row, without padding.</param>
    public static IReadOnlyList<IReadOnlyList<double[,]>> Compute(HeadedModel model, ModelInput row)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var states = new List<Tensor>();
        model.Bigs.Encode(row, states);
        return [.. model.Bigs.Layers.Zip(states, (block, state) => block.Matrices(state.transpose(0, 1).contiguous()))];
    }
}

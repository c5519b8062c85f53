using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>Where the new positions of a longer table come from.</summary>
public enum PositionGrowth
{
    /// <summary>The table again and again, as Longformer begins (Beltagy et al. 2020): position i starts as i mod L.</summary>
    Repeat,

    /// <summary>The table stretched: position i lies between its neighbours at i · L / L′.</summary>
    Interpolate,
}

/// <summary>
/// A model that reads longer rows: the same weights under a longer table of positions, to be trained on for a while (paper.md §4: 128 → 512 → 4096). An
/// SSM needs nothing else, since its kernel has a value at every distance.
/// </summary>
public static class PositionExtension
{
    /// <summary>Writes a longer model beside the one that is there.</summary>
    /// <param name="source">A checkpoint.</param>
    /// <param name="target">The folder to write.</param>
    /// <param name="length">Positions; more than there are.</param>
    /// <param name="growth">Where they come from.</param>
    /// <param name="tokenizer">The folder of its tokenizer's files; null where they lie beside the weights.</param>
    /// <exception cref="ArgumentException">The model has as many positions already.</exception>
    public static void Extend(string source, string target, int length, PositionGrowth growth = PositionGrowth.Repeat, string? tokenizer = null)
    {
        using var untracked = no_grad();
        OpenedCheckpoint opened = CheckpointFolder.Open(source);
        BiGSConfig config = opened.Model.Config;
        if (length <= config.MaxPositionEmbeddings)
        {
            throw new ArgumentException($"{source}: the model already has {config.MaxPositionEmbeddings} positions; give a larger PositionExtension.Extend(length).");
        }

        using HeadedModel model = opened.Model;
        using HeadedModel longer = HeadedModels.Create(model.Architecture, config with { MaxPositionEmbeddings = length }, SsmRoutes.Auto);
        var old = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach ((string name, Parameter parameter) in longer.named_parameters())
        {
            using var scope = NewDisposeScope();
            parameter.copy_(parameter.shape.SequenceEqual(old[name].shape) ? old[name] : Grown(old[name], length, growth));
        }

        CheckpointFolder.Save(target, longer, opened.File);
        TokenizerFolder.CopyFiles(tokenizer ?? WeightsLocation.Of(source).Folder, target, longer.Config.LengthLimit(), isLonger: true);
        SentenceTransformerFiles.CopyFiles(source, target);
        if (longer is BiGSForEmbedding)
        {
            SentenceTransformerFiles.Complete(target, longer.Config, isLonger: true);
        }
    }

    /// <summary>A table of positions (L, d) as one of (L′, d).</summary>
    internal static Tensor Grown(Tensor table, int length, PositionGrowth growth)
    {
        long before = table.shape[0];
        if (growth == PositionGrowth.Repeat)
        {
            return table.repeat((length + before - 1) / before, 1).narrow(0, 0, length);
        }

        float[] places = [.. Enumerable.Range(0, length).Select(i => (float)((double)i * (before - 1) / (length - 1)))];
        long[] below = [.. places.Select(place => (long)place)];
        long[] above = [.. below.Select(i => Math.Min(i + 1, before - 1))];
        Tensor share = tensor(places.Zip(below, (place, floor) => place - floor).ToArray()).unsqueeze(1).to_type(table.dtype);
        return table.index_select(0, tensor(below)).lerp(table.index_select(0, tensor(above)), share);
    }
}

using BiGS.Onnx;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <param name="Warnings">What the file lacked or had too much of.</param>
/// <param name="Fresh">Weights of the head that it did not give.</param>
internal sealed record FillResult(IReadOnlyList<string> Warnings, IReadOnlyList<string> Fresh);

/// <summary>How the weights of a file come into a model, and what is said where the two differ.</summary>
internal static class ModelFilling
{
    /// <summary>
    /// Fills a model. A head that the file lacks, or has for another number of labels, starts fresh, and a warning says so.
    /// </summary>
    /// <exception cref="InvalidDataException">The encoder is not all there, or of another shape.</exception>
    public static FillResult Fill(HeadedModel model, IWeightsFile weights, string path, long seed)
    {
        using var untracked = no_grad();
        var wanted = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        IReadOnlyDictionary<string, string> stored = new StoredModelWeights(weights, path).StoredNames;
        var inventory = new WeightsInventory(weights, stored, wanted.ToDictionary(p => p.Key, p => p.Value.shape), path);
        IReadOnlyList<string> missing = inventory.Missing;
        string[] ofOtherLabels = [.. wanted.Keys.Where(name => name.StartsWith("classifier.", StringComparison.Ordinal)
            && stored.TryGetValue(name, out string? there) && weights.Shape(there) is [var labels, ..] && labels != wanted[name].shape[0])];
        var warnings = new List<string>();
        if (missing.Count + ofOtherLabels.Length > 0)
        {
            model.Initialize(seed);
        }

        if (missing.Count > 0)
        {
            warnings.Add($"{path}: has no {string.Join(", ", missing)}; the head starts from fresh weights.");
        }

        if (ofOtherLabels is [var first, ..])
        {
            warnings.Add($"{path}: its classifier has {weights.Shape(stored[first])[0]} labels where {wanted[first].shape[0]} are asked for; the head starts from fresh weights.");
        }

        foreach ((string name, Parameter parameter) in wanted.Where(weight => stored.ContainsKey(weight.Key) && !ofOtherLabels.Contains(weight.Key)))
        {
            inventory.RequireFits(name);
            Copy(weights, stored[name], parameter);
        }

        if (inventory.UnplacedWarning(model.Architecture) is { } unplaced)
        {
            warnings.Add(unplaced);
        }

        return new FillResult(warnings, [.. missing, .. ofOtherLabels]);
    }

    private static void Copy(IWeightsFile weights, string storedName, Tensor parameter)
    {
        if (weights.Type(storedName).ToScalarType() == parameter.dtype && parameter.device_type == DeviceType.CPU && parameter.is_contiguous())
        {
            weights.ReadInto(storedName, parameter);
            return;
        }

        using Tensor value = weights.Read(storedName);
        parameter.copy_(value);
    }
}

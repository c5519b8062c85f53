using BiGS.Onnx;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <param name="Warnings">What the file lacked or had too much of.</param>
/// <param name="Fresh">Weights of the head that it did not give.</param>
internal sealed record FillResult(IReadOnlyList<string> Warnings, IReadOnlyList<string> Fresh);

/// <summary>How the weights of a file come into a model, and what is said where the two differ.</summary>
internal static class ModelFilling
{
    /// <summary>Keys that files hold twice or in vain: tied weights, constant tables, heads of other objectives.</summary>
    private static readonly string[] PassedOver =
    [
        "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "bigs.embeddings.position_ids", "bigs.embeddings.token_type_ids",
        "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    ];

    /// <summary>
    /// Fills a model. A head that the file lacks, or has for another number of labels, starts fresh, and a warning says so.
    /// </summary>
    /// <exception cref="InvalidDataException">The encoder is not all there, or of another shape.</exception>
    public static FillResult Fill(HeadedModel model, IWeightsFile weights, string path, long seed)
    {
        using var untracked = no_grad();
        IReadOnlyDictionary<string, string> stored = new StoredModelWeights(weights, path).StoredNames;
        var wanted = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        string[] missing = [.. wanted.Keys.Where(name => !stored.ContainsKey(name)).Order(StringComparer.Ordinal)];
        string[] missingBelow = [.. missing.Where(IsEncoder)];
        if (missingBelow.Length > 0)
        {
            throw new InvalidDataException(
                $"{path}: lacks {missingBelow.Length} weights of the encoder that config.json describes, the first of them \"{missingBelow[0]}\"; "
                + "config.json and the weights must come from the same model.");
        }

        string[] ofOtherLabels = [.. wanted.Keys.Where(name => name.StartsWith("classifier.", StringComparison.Ordinal)
            && stored.TryGetValue(name, out string? there) && weights.Shape(there) is [var labels, ..] && labels != wanted[name].shape[0])];
        var warnings = new List<string>();
        if (missing.Length + ofOtherLabels.Length > 0)
        {
            model.Initialize(seed);
        }

        if (missing.Length > 0)
        {
            warnings.Add($"{path}: has no {string.Join(", ", missing)}; the head starts from fresh weights.");
        }

        if (ofOtherLabels is [var first, ..])
        {
            warnings.Add($"{path}: its classifier has {weights.Shape(stored[first])[0]} labels where {wanted[first].shape[0]} are asked for; the head starts from fresh weights.");
        }

        var placeless = new List<string>();
        foreach ((string name, string storedName) in stored)
        {
            if (!wanted.TryGetValue(name, out var parameter))
            {
                if (!PassedOver.Contains(name) && !name.StartsWith("bigs.pooler.", StringComparison.Ordinal))
                {
                    placeless.Add(storedName);
                }
            }
            else if (!ofOtherLabels.Contains(name))
            {
                Copy(weights, storedName, parameter, path);
            }
        }

        if (placeless.Count > 0)
        {
            warnings.Add($"{path}: {string.Join(", ", placeless.Order(StringComparer.Ordinal).Select(name => $"\"{name}\""))} have no place in a {model.Architecture} and are left out.");
        }

        return new FillResult(warnings, [.. missing, .. ofOtherLabels]);
    }

    private static void Copy(IWeightsFile weights, string storedName, Tensor parameter, string path)
    {
        if (!weights.Shape(storedName).SequenceEqual(parameter.shape))
        {
            throw new InvalidDataException(
                $"{path}: \"{storedName}\" has the shape ({string.Join(", ", weights.Shape(storedName))}), but config.json asks for ({string.Join(", ", parameter.shape)}).");
        }

        ElementType type = weights.Type(storedName);
        if (!IsFloatingPoint(type))
        {
            throw new InvalidDataException($"{path}: \"{storedName}\" holds {type}, and weights are floating-point numbers; quantised files are not read.");
        }

        if (type.ToScalarType() == parameter.dtype && parameter.device_type == DeviceType.CPU && parameter.is_contiguous())
        {
            weights.ReadInto(storedName, parameter);
            return;
        }

        using Tensor value = weights.Read(storedName);
        parameter.copy_(value);
    }

    private static bool IsFloatingPoint(ElementType type) =>
        type is ElementType.Float64 or ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The pooler counts to the head: pretraining does not train it.</summary>
    private static bool IsEncoder(string name) =>
        name.StartsWith("bigs.", StringComparison.Ordinal) && !name.StartsWith("bigs.pooler.", StringComparison.Ordinal);
}

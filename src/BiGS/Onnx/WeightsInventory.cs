using BiGS.Weights;

namespace BiGS.Onnx;

/// <summary>What the weights of a file and those that a model wants have in common, and what is said where they differ.</summary>
internal sealed class WeightsInventory
{
    /// <summary>Keys that files hold twice or in vain: tied weights, constant tables, heads of other objectives.</summary>
    private static readonly string[] PassedOver =
    [
        "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "bigs.embeddings.position_ids", "bigs.embeddings.token_type_ids",
        "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    ];

    private readonly IWeightsFile _file;
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, long[]> _wanted;

    /// <param name="file">The file.</param>
    /// <param name="stored">Its names by the authors'.</param>
    /// <param name="wanted">The model's weights, by the authors' names, with their shapes.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">The encoder is not all there.</exception>
    public WeightsInventory(IWeightsFile file, IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, long[]> wanted, string path)
    {
        (_file, Stored, _wanted, _path) = (file, stored, wanted, path);
        Missing = [.. wanted.Keys.Where(name => !stored.ContainsKey(name)).Order(StringComparer.Ordinal)];
        string[] ofEncoder = [.. Missing.Where(IsEncoder)];
        if (ofEncoder.Length > 0)
        {
            throw new InvalidDataException(
                $"{path}: lacks {ofEncoder.Length} weights of the encoder that config.json describes, the first of them \"{ofEncoder[0]}\"; "
                + "config.json and the weights must come from the same model.");
        }
    }

    /// <summary>The file's names by the authors'.</summary>
    public IReadOnlyDictionary<string, string> Stored { get; }

    /// <summary>Weights of the head that the file lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>A warning of what the file has and the model has no place for; null where it has nothing of the kind.</summary>
    /// <param name="model">The model, by its architecture's name.</param>
    public string? UnplacedWarning(string model)
    {
        string[] unplaced = [.. Stored.Where(weight => !_wanted.ContainsKey(weight.Key) && !PassedOver.Contains(weight.Key) && IsKnownPart(weight.Key))
            .Select(weight => weight.Value).Order(StringComparer.Ordinal)];
        return unplaced.Length == 0 ? null : $"{_path}: {string.Join(", ", unplaced.Select(name => $"\"{name}\""))} have no place in a {model} and are left out.";
    }

    /// <summary>Checks that a weight that is there can be the model's.</summary>
    /// <param name="name">By the authors' name.</param>
    /// <exception cref="InvalidDataException">Its shape is another, or it holds no floating-point numbers.</exception>
    public void RequireFits(string name)
    {
        string stored = Stored[name];
        if (!_file.Shape(stored).SequenceEqual(_wanted[name]))
        {
            throw new InvalidDataException(
                $"{_path}: \"{stored}\" has the shape ({string.Join(", ", _file.Shape(stored))}), but config.json asks for ({string.Join(", ", _wanted[name])}).");
        }

        ElementType type = _file.Type(stored);
        if (type is not (ElementType.Float64 or ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
        {
            throw new InvalidDataException($"{_path}: \"{stored}\" holds {type}, and weights are floating-point numbers; quantised files are not read.");
        }
    }

    /// <summary>Poolers come with every encoder, trained or not.</summary>
    private static bool IsKnownPart(string name) => !name.StartsWith("bigs.pooler.", StringComparison.Ordinal);

    /// <summary>The pooler counts to the head: pretraining does not train it.</summary>
    private static bool IsEncoder(string name) => name.StartsWith("bigs.", StringComparison.Ordinal) && IsKnownPart(name);
}

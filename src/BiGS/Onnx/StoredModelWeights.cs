using BiGS.Configuration;
using BiGS.Weights;

namespace BiGS.Onnx;

/// <summary>The weights of a checkpoint under the authors' names, whatever the file calls them: by its family's names, or one of two names of a tied weight.</summary>
internal sealed class StoredModelWeights : IModelWeights
{
    /// <summary>Weights that are one in the model and two in some files; a file may have kept either.</summary>
    private static readonly (string Ours, string Other)[] Tied =
    [
        ("bigs.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"), ("cls.predictions.bias", "cls.predictions.decoder.bias"),
    ];

    private readonly IWeightsFile _file;

    /// <param name="file">Stays open as long as weights are read.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">Two names of the file stand for the same weight.</exception>
    public StoredModelWeights(IWeightsFile file, string path)
    {
        _file = file;
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in file.Names)
        {
            string ours = Dialect.OurName(name);
            if (!stored.TryAdd(ours, name))
            {
                throw new InvalidDataException($"{path}: \"{stored[ours]}\" and \"{name}\" are names of the same weight.");
            }
        }

        foreach ((string ours, string other) in Tied)
        {
            if (!stored.ContainsKey(ours) && stored.TryGetValue(other, out string? kept))
            {
                stored[ours] = kept;
            }
        }

        StoredNames = stored;
    }

    /// <summary>The file's names by the authors'.</summary>
    public IReadOnlyDictionary<string, string> StoredNames { get; }

    /// <inheritdoc/>
    public bool Has(string name) => StoredNames.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => _file.Shape(StoredNames[name]);

    /// <inheritdoc/>
    public float[] Read(string name) => _file.ReadFloats(StoredNames[name]);
}

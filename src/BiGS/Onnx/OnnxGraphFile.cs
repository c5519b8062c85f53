using BiGS.Configuration;
using BiGS.Files;
using BiGS.SentenceTransformers;

namespace BiGS.Onnx;

/// <summary>
/// Writes a model as ONNX, for ONNX Runtime and whatever else reads it: standard operators only, rows of any number and of any length up to the
/// model's. Inputs are <c>input_ids, attention_mask, token_type_ids</c>, (batch, sequence) each, and (batch, choices, sequence) for multiple
/// choice; outputs are <see cref="ModelOutputs"/>. Only a configuration and named weights are needed, and no libtorch.
/// </summary>
internal static class OnnxGraphFile
{
    /// <summary>The file's place in a folder, where transformers.js and optimum look for it.</summary>
    public const string FileName = "onnx/model.onnx";

    /// <summary>The place of one whose large matrices are in eight bits.</summary>
    public const string Int8FileName = "onnx/model_quantized.onnx";

    /// <summary>Where a folder may have one; <c>model.onnx</c> is where it was written before.</summary>
    public static string[] FileNames { get; } = [FileName, Int8FileName, "model.onnx"];

    /// <summary>The entry of the file's metadata that holds the model's config.json.</summary>
    internal const string ConfigMetadata = "bigs.config";

    /// <summary>Writes the file, whole under its name or not at all.</summary>
    /// <param name="config">The configuration; the head that it names is written.</param>
    /// <param name="weights">All that the encoder and the head need.</param>
    /// <param name="file">Where; a file that is there is replaced.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits.</param>
    /// <param name="pooling">How hidden states become the vector of a text, where the model makes some; null for no such output.</param>
    /// <exception cref="ArgumentException">The configuration names a head that is not written as ONNX.</exception>
    /// <exception cref="InvalidDataException">A weight is missing, or the model is larger than an ONNX file may be.</exception>
    public static void Write(ConfigFile config, IModelWeights weights, string file, bool int8 = false, SentencePooling? pooling = null)
    {
        Message onnx = ModelGraph.Whole(config, weights, int8 ? new Int8LinearLayers(weights) : new Float32LinearLayers(weights), pooling).ToModel(config.Architecture, Facts(config));
        if (onnx.Length > Array.MaxLength)
        {
            throw new InvalidDataException($"{file}: the model would take {onnx.Length / 1e9:f1} GB, and an ONNX file holds at most 2.1; export it with weights of eight bits.");
        }

        AtomicFile.Write(file, onnx.WriteTo);
    }

    /// <summary>What a file says of itself beside its graph.</summary>
    internal static IReadOnlyDictionary<string, string> Facts(ConfigFile config) => new Dictionary<string, string> { [ConfigMetadata] = config.ToJson() };
}

using BiGS.Configuration;
using BiGS.Files;
using BiGS.SentenceTransformers;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp;

namespace BiGS.Torch.Checkpoints;

/// <summary>
/// A folder that holds a model: <c>config.json</c> and its weights, ours and Hugging Face's in <c>model.safetensors</c>, the authors' in
/// <c>pytorch_model.bin</c> or <c>flax_model.msgpack</c> (and a tokenizer's files, which belong to their own room).
/// </summary>
public static class CheckpointFolder
{
    public const string WeightsName = SafetensorsFile.DefaultName;

    /// <summary>Opens a model, ready to compute, in evaluation mode.</summary>
    /// <param name="folderOrFile">
    /// Holds config.json and weights; of several, the first of model.safetensors, pytorch_model.bin (each may be in shards with an index) and
    /// flax_model.msgpack is read. Or one weights file, with config.json beside it.
    /// </param>
    /// <param name="options">Device, precision, route, head, overrides.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">Config and weights do not fit this program or each other.</exception>
    public static OpenedCheckpoint Open(string folderOrFile, TorchOptions? options = null)
    {
        options ??= new TorchOptions();
        OpenedCheckpoint opened = AdapterFolder.IsAdapter(folderOrFile)
            ? OpenAdapted(folderOrFile, options)
            : Open(WeightsLocation.Of(folderOrFile), ReadConfig(folderOrFile), options);
        opened.Model.ComputeIn(options.Precision);
        return opened;
    }

    /// <summary>The model that was adapted, with the adapters merged and the head that was trained with them.</summary>
    private static OpenedCheckpoint OpenAdapted(string folder, TorchOptions options)
    {
        (string baseModel, double scale) = AdapterFolder.Read(folder);
        if (!Path.Exists(baseModel))
        {
            throw new FileNotFoundException($"{folder}: the adapters are of {baseModel}, which is not there; put it back, or correct base_model_name_or_path in {AdapterFolder.ConfigName}.");
        }

        OpenedCheckpoint opened = Open(WeightsLocation.Of(baseModel), ReadConfig(folder), options);
        AdapterFolder.MergeInto(opened.Model, folder, scale);
        return opened with { Warnings = [], NewlyInitialized = [] };
    }

    private static OpenedCheckpoint Open(WeightsLocation location, ConfigFile file, TorchOptions options)
    {
        file = (file with { Config = options.Configure(file.Config), Architecture = options.Architecture ?? file.Architecture }).RequireKnownHead(location.Folder);
        HeadedModel model = HeadedModels.Create(file.Architecture, file.Config, options.Route);
        var sentence = SentenceTransformer.Read(location.Folder);
        if (model is BiGSForEmbedding embedding)
        {
            embedding.Pooling = sentence.Pooling;
            sentence.Pooling.Width(file.Config.HiddenSize);
        }

        FillResult filled;
        using (IWeightsFile weights = location.Open())
        {
            filled = ModelFilling.Fill(model, weights, location.File, options.Seed);
        }

        model.to(options.Device);
        model.eval();
        return new OpenedCheckpoint(model, file, filled.Warnings) { NewlyInitialized = filled.Fresh, Sentence = sentence };
    }

    /// <summary>Fills a model that is there already, of exactly this shape: what a resumed run does.</summary>
    /// <exception cref="InvalidDataException">The folder holds another model.</exception>
    internal static void Restore(string folder, HeadedModel model)
    {
        string path = Path.Combine(folder, WeightsName);
        if (ConfigKeys.Difference(ReadConfig(folder).Config, model.Config) is { } difference)
        {
            throw new InvalidDataException($"{folder}: the checkpoint is of another model: {difference}.");
        }

        using var weights = new SafetensorsFile(path);
        if (ModelFilling.Fill(model, weights, path, seed: 0).Warnings is [string first, ..])
        {
            throw new InvalidDataException(first);
        }
    }

    /// <summary>Bytes of a checkpoint's weights as they are stored; 0 where there are none.</summary>
    internal static long WeightsBytes(string folderOrFile) => WeightsLocation.Of(folderOrFile).Bytes;

    /// <summary>The configuration of a folder, or beside a weights file; where a key is absent, whoever wrote the weights decides.</summary>
    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    /// <exception cref="InvalidDataException">It does not fit this program.</exception>
    public static ConfigFile ReadConfig(string folderOrFile) => WeightsLocation.Of(folderOrFile).ReadConfig();

    /// <summary>Writes configuration and weights; each file is whole under its name or not there.</summary>
    public static void Save(string folder, HeadedModel model, ConfigFile? opened = null, WeightsFormat format = WeightsFormat.Safetensors)
    {
        Directory.CreateDirectory(folder);
        var file = new ConfigFile(model.Config, model.Architecture, opened?.Inert ?? new Dictionary<string, System.Text.Json.Nodes.JsonNode?>());
        format.Write(folder, model);
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile.Name), file.ToJson());
    }
}

/// <param name="Model">In evaluation mode.</param>
/// <param name="File">The configuration that it was opened with.</param>
/// <param name="Warnings">What the weights lacked or had too much of.</param>
public sealed record OpenedCheckpoint(HeadedModel Model, ConfigFile File, IReadOnlyList<string> Warnings)
{
    /// <summary>Weights of the head that the file did not have, and that were drawn at random.</summary>
    public IReadOnlyList<string> NewlyInitialized { get; init; } = [];

    /// <summary>What the folder says of pooling and prompts, where it is one of sentence-transformers.</summary>
    internal SentenceTransformer Sentence { get; init; } = new();
}

using BiGS.Configuration;
using BiGS.Files;
using BiGS.Onnx;
using BiGS.SentenceTransformers;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;

namespace BiGS.Torch.Onnx;

/// <summary>Exports checkpoints as ONNX (<see cref="OnnxGraphFile"/>), with the configuration and the tokenizer that belong to them.</summary>
public static class OnnxExport
{
    /// <summary>Exports a checkpoint.</summary>
    /// <param name="source">A folder, or one weights file with config.json beside it.</param>
    /// <param name="target">
    /// A file that ends in <c>.onnx</c>; or a folder, which gets <c>onnx/model.onnx</c> (<c>onnx/model_quantized.onnx</c> in eight bits), config.json and the
    /// tokenizer, as transformers.js and optimum expect them.
    /// </param>
    /// <param name="tokenizer">A folder with the tokenizer's files; null where they lie beside the weights.</param>
    /// <param name="bare">Whether the head is left out.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits: a quarter of the bytes, and answers near the model's instead of its own.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    /// <returns>The file, and what the weights lacked or had too much of.</returns>
    /// <exception cref="IOException">There is a file already.</exception>
    /// <exception cref="InvalidDataException">The source does not open, or lacks its head.</exception>
    public static (string File, IReadOnlyList<string> Warnings) Export(
        string source, string target, string? tokenizer = null, bool bare = false, bool int8 = false, bool overwrite = false)
    {
        bool toFile = Path.GetExtension(target) == ".onnx";
        string file = toFile ? target : Path.Combine(target, int8 ? OnnxGraphFile.Int8FileName : OnnxGraphFile.FileName);
        if (File.Exists(file) && !overwrite)
        {
            throw new IOException($"{file}: there is a file already; choose another, or give OnnxExport.Export(overwrite).");
        }

        OpenedCheckpoint opened = CheckpointFolder.Open(source);
        using HeadedModel model = opened.Model;
        if (!bare && opened.NewlyInitialized is [var fresh, ..])
        {
            throw new InvalidDataException(
                $"{source}: has no trained \"{fresh}\" for its {model.Architecture}; name the head that it has in \"architectures\" of config.json, or export the encoder alone.");
        }

        // The pipelines pool as modules.json beside the file says, and by the mean where nothing says anything.
        if (toFile && !opened.Sentence.Pooling.IsMean)
        {
            throw new InvalidDataException(
                $"{source}: its vectors are not the mean of its hidden states, as {SentenceTransformerFiles.Modules} says, which belongs beside the file; export it to a folder.");
        }

        bool makesVectors = !bare && (model is BiGSForEmbedding || SentenceTransformerFiles.Files(source).Count > 0);
        var config = opened.File with { Config = model.Config, Architecture = bare ? ModelHeads.Encoder : model.Architecture };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        Write(model, config, file, int8, makesVectors ? opened.Sentence.Pooling : null);
        string folder = Directory.Exists(source) ? source : Path.GetDirectoryName(Path.GetFullPath(source))!;
        if (!toFile && Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)))
        {
            AtomicFile.WriteText(Path.Combine(target, ConfigFile.Name), config.ToJson());
            TokenizerFolder.CopyFiles(tokenizer ?? folder, target, model.Config.LengthLimit());
            SentenceTransformerFiles.CopyFiles(folder, target);
            if (makesVectors)
            {
                SentenceTransformerFiles.Complete(target, model.Config);
            }
        }

        return (file, opened.Warnings);
    }

    /// <summary>Writes a model that is open.</summary>
    /// <param name="model">In evaluation mode.</param>
    /// <param name="config">Its configuration; the head that it names is written.</param>
    /// <param name="file">Where; a file that is there is replaced.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits.</param>
    /// <param name="pooling">How hidden states become the vector of a text, where the model makes some; null for no such output.</param>
    /// <inheritdoc cref="OnnxGraphFile.Write" path="/exception"/>
    internal static void Write(HeadedModel model, ConfigFile config, string file, bool int8 = false, SentencePooling? pooling = null) =>
        OnnxGraphFile.Write(config, new TorchModelWeights(model), file, int8, pooling);
}

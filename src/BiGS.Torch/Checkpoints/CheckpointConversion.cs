using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Weights;

namespace BiGS.Torch.Checkpoints;

/// <summary>
/// The same function in another format: every weight bit for bit (unless it is to be rounded), every key of config.json written out, the tokenizer's files
/// beside them.
/// </summary>
public static class CheckpointConversion
{
    /// <summary>Keys that this program added; the authors' code computes as if each were at its default.</summary>
    private static readonly string[] OwnKeys =
    [
        "architecture", "routing", "merge", "num_ssm_heads", "discretization", "layer_act", "mask_padding", "position_embedding_type", "block_dropout_prob",
        "embedding_size", "pooler_act",
    ];

    /// <summary>Converts a checkpoint.</summary>
    /// <param name="source">A folder, or one weights file with config.json beside it.</param>
    /// <param name="target">A new or empty folder; with <paramref name="overwrite"/> any other.</param>
    /// <param name="format">What the weights become.</param>
    /// <param name="tokenizer">A folder with the tokenizer's files; null where they lie beside the weights.</param>
    /// <param name="overwrite">Replaces the model that is there: its other weights files go, since they would no longer belong to it.</param>
    /// <returns>What was left out, and what the authors' own code would not understand.</returns>
    /// <exception cref="IOException">The target is taken, or is the source.</exception>
    /// <exception cref="InvalidDataException">The source does not open, lacks its head, or does not fit the format.</exception>
    public static IReadOnlyList<string> Convert(string source, string target, WeightsFormat format, string? tokenizer = null, bool overwrite = false)
    {
        string from = Path.GetFullPath(WeightsLocation.Of(source).Folder);
        string to = Path.GetFullPath(target);
        if (Path.TrimEndingDirectorySeparator(from) == Path.TrimEndingDirectorySeparator(to))
        {
            throw new IOException($"{target}: a model is not converted in its own place; choose another folder.");
        }

        if (!overwrite && Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
        {
            throw new IOException($"{target}: the folder is not empty; choose another, or give CheckpointConversion.Convert(overwrite).");
        }

        OpenedCheckpoint opened = CheckpointFolder.Open(source);
        using (opened.Model)
        {
            if (opened.NewlyInitialized is [var fresh, ..])
            {
                throw new InvalidDataException(
                    $"{source}: has no trained \"{fresh}\" for its {opened.Model.Architecture}, and converting does not invent one; "
                    + "name the head that it has in \"architectures\" of config.json.");
            }

            CheckpointFolder.Save(to, opened.Model, opened.File, format);
        }

        foreach (string other in WeightsLocation.Names.Where(name => name != format.FileName()))
        {
            File.Delete(Path.Combine(to, other));
        }

        TokenizerFolder.CopyFiles(tokenizer ?? from, to, opened.File.Config.LengthLimit());
        SentenceTransformerFiles.CopyFiles(from, to);
        if (opened.Model is BiGSForEmbedding)
        {
            SentenceTransformerFiles.Complete(to, opened.File.Config);
        }

        return [.. opened.Warnings, .. WithoutPooler(source, opened, target), .. NotTheAuthors(opened.File, target, format)];
    }

    /// <summary>The pooler of an encoder that is kept for its vectors: fine-tuning from what was written starts it anew.</summary>
    private static IEnumerable<string> WithoutPooler(string source, OpenedCheckpoint opened, string target)
    {
        using IWeightsFile weights = WeightsLocation.Of(source).Open();
        bool isLost = opened.Model is BiGSForEmbedding && weights.Names.Any(name => Dialect.OurName(name).StartsWith("bigs.pooler.", StringComparison.Ordinal));
        return isLost ? [$"{target}: the pooler of {source} is left out, since an encoder without a head does not use it; fine-tune a classifier from {source} instead."] : [];
    }

    /// <summary>What the authors' code of this format would compute differently, since it does not read our keys.</summary>
    private static IEnumerable<string> NotTheAuthors(ConfigFile file, string target, WeightsFormat format)
    {
        ConfigOrigin origin = format == WeightsFormat.Flax ? ConfigOrigin.AuthorsFlax : ConfigOrigin.AuthorsPyTorch;
        BiGS.Configuration.BiGSConfig theirs = origin.Defaults();
        string[] foreign =
        [
            .. OwnKeys.Select(key => (Key: key, Value: ConfigKeys.Honoured[key].Write(file.Config), Theirs: ConfigKeys.Honoured[key].Write(theirs)))
                .Where(entry => !JsonNode.DeepEquals(entry.Value, entry.Theirs))
                .Select(entry => $"{entry.Key} = {entry.Value?.ToJsonString()}"),
        ];
        return format is WeightsFormat.Safetensors or WeightsFormat.SafetensorsBf16 || foreign.Length == 0
            ? []
            : [$"{target}: the authors' own code does not read {string.Join(", ", foreign)} and would compute another function; this program does."];
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Tokenizers;

namespace BiGS.Weights;

/// <summary>Which files of a repository make a model, and which a tokenizer.</summary>
internal static class ModelFiles
{
    public static bool HasTokenizer(HubListing listing) => listing.Files.Contains("vocab.txt") || listing.Files.Contains("tokenizer.json");

    public static IEnumerable<string> Tokenizer(HubListing listing) => TokenizerFolder.FileNames.Where(listing.Files.Contains);

    /// <summary>
    /// Refuses a cache without the tokenizer of a model that should have one: only the authors' models share a tokenizer, and it would be the wrong
    /// one for any other.
    /// </summary>
    /// <param name="listing">Of a snapshot without a tokenizer.</param>
    /// <param name="configPath">The snapshot's configuration.</param>
    /// <exception cref="HubException">The cache lacks the tokenizer.</exception>
    public static void CheckLacksNoTokenizer(HubListing listing, string configPath)
    {
        if (!listing.IsOfTheCache)
        {
            return;
        }

        string? type;
        try
        {
            type = JsonNode.Parse(File.ReadAllBytes(configPath)) is JsonObject config ? config["model_type"]?.ToString() : null;
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{listing.Model}: {configPath} is not JSON ({broken.Message}).", broken);
        }

        if (type is not null && !type.Equals("BiGS", StringComparison.OrdinalIgnoreCase))
        {
            throw Lacking(listing, "vocab.txt or tokenizer.json");
        }
    }

    /// <summary>Configuration, the first kind of weights that there is (of weights in shards, their index), and how an embedding is pooled.</summary>
    /// <exception cref="HubException">There is no model in the repository.</exception>
    public static IEnumerable<string> Model(HubListing listing)
    {
        if (!listing.Files.Contains(ConfigFile.Name))
        {
            throw Lacking(listing, ConfigFile.Name);
        }

        string weights = WeightsLocation.Names.FirstOrDefault(listing.Files.Contains) ?? throw Lacking(listing, string.Join(", ", WeightsLocation.Names));
        return [ConfigFile.Name, weights, .. SentenceTransformerFiles.FilesAmong(listing.Files)];
    }

    /// <summary>The files that an index divides its weights into.</summary>
    /// <exception cref="InvalidDataException">The index does not read, or names files that the repository does not have.</exception>
    public static IReadOnlyList<string> Shards(string indexPath, HubListing listing)
    {
        string[] shards;
        try
        {
            using FileStream index = File.OpenRead(indexPath);
            using JsonDocument document = JsonDocument.Parse(index);
            shards = [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(weight => weight.Value.GetString() ?? "").Distinct()];
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{listing.Model}: {Path.GetFileName(indexPath)} does not read ({broken.Message}).", broken);
        }

        if (shards.FirstOrDefault(shard => !listing.Files.Contains(HubFileName.Checked(shard, listing.Model))) is not { } absent)
        {
            return shards;
        }

        throw listing.IsOfTheCache
            ? Lacking(listing, absent)
            : new InvalidDataException($"{listing.Model}: {Path.GetFileName(indexPath)} names {absent}, which is not there; expected every shard beside it.");
    }

    private static HubException Lacking(HubListing listing, string expected) => new(listing.IsOfTheCache
        ? $"{listing.Model}: the cache lacks {expected} of the commit {listing.Commit[..8]}, and HF_HUB_OFFLINE forbids to fetch it; run it once without."
        : $"{listing.Model}: the repository holds no model at {listing.Commit[..8]}: it lacks {expected}. Choose another repository or revision.");
}

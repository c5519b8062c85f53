using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using BiGS.Files;

namespace BiGS.Search;

/// <summary>A file that is in an index.</summary>
/// <param name="Path">As it leads there from the folder that was indexed.</param>
/// <param name="Sha256">Of its bytes: a file has changed if they have.</param>
/// <param name="Passages">How many rows of the index are its own.</param>
internal sealed record IndexedFile(string Path, string Sha256, int Passages);

/// <summary>
/// What an index holds, in its index.json: the last file that is written, and so the moment at which a new state of the index takes the place of the old.
/// The others, a line of JSON and a row of numbers a passage, are named after what they were made of.
/// </summary>
/// <param name="Model">Where the model was; null for the one that ships with BiGS.</param>
/// <param name="Fingerprint">Of the model.</param>
/// <param name="Dimensions">Numbers of a vector.</param>
/// <param name="PassageTokens">The most tokens of a passage.</param>
/// <param name="Overlap">The most tokens that neighbours share.</param>
/// <param name="TextField">Of JSON objects and tables; null where none was named.</param>
/// <param name="Files">In the order of their rows.</param>
/// <param name="PromptName">Of the prompt before every passage; null for the model's default.</param>
internal sealed record IndexManifest(
    string? Model, string Fingerprint, int Dimensions, int PassageTokens, int Overlap, string? TextField, IReadOnlyList<IndexedFile> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PromptName = null)
{
    public const string FileName = "index.json";

    /// <summary>All rows.</summary>
    [JsonIgnore]
    public int Passages => Files.Sum(file => file.Passages);

    [JsonIgnore]
    public string PassagesName => $"passages-{State}.jsonl";

    [JsonIgnore]
    public string VectorsName => $"vectors-{State}.f32";

    /// <summary>A name for what passages and vectors were made of.</summary>
    private string State
    {
        get
        {
            string made = $"{Fingerprint} {PassageTokens} {Overlap} {TextField}{(PromptName is null ? "" : $" {PromptName}")}\n{string.Join('\n', Files.Select(file => $"{file.Sha256} {file.Path}"))}";
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(made)).AsSpan(0, 8));
        }
    }

    /// <summary>The manifest of a folder; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is none of ours.</exception>
    public static IndexManifest? Find(string place)
    {
        string path = Path.Combine(place, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        IndexManifest found = OptionsFile.Read<IndexManifest>(path, "an index of passages");
        return found is { Fingerprint.Length: > 0, Dimensions: > 0, Files: not null } && found.Files.All(file => file is { Passages: >= 0 })
            ? found
            : throw new InvalidDataException($"{path}: not an index of passages; index the documents again, with IndexOptions.Overwrite.");
    }

    public void Write(string place) => AtomicFile.WriteText(Path.Combine(place, FileName), OptionsFile.ToJson(this));

    /// <summary>What makes rows of two indexes different though the files are the same; null where nothing does.</summary>
    public string? DifferenceFrom(IndexManifest other) =>
        Fingerprint != other.Fingerprint ? $"made by another model ({other.Model ?? "the one that ships with BiGS"}, fingerprint {other.Fingerprint[..8]}; now {Fingerprint[..8]})"
        : (PassageTokens, Overlap) != (other.PassageTokens, other.Overlap) ? $"of passages of {other.PassageTokens} tokens with {other.Overlap} shared (now {PassageTokens} with {Overlap})"
        : TextField != other.TextField ? $"made of {(other.TextField is null ? "the usual field" : $"the field \"{other.TextField}\"")} (now {(TextField is null ? "the usual one" : $"\"{TextField}\"")})"
        : PromptName != other.PromptName ? $"made with {(other.PromptName is null ? "the model's default prompt" : $"the prompt \"{other.PromptName}\"")} (now {PromptName ?? "the default"})"
        : null;
}

using System.Text.Json;

namespace BiGS.Weights;

/// <summary>What a repository holds at a revision.</summary>
/// <param name="Model">The repository and the revision asked for.</param>
/// <param name="Commit">What the revision stands for: 40 hex digits.</param>
/// <param name="Files">Names with / between folders, all of them safe.</param>
internal sealed record HubListing(HubName Model, string Commit, IReadOnlySet<string> Files)
{
    /// <summary>Whether it says what is here, and not what the hub has.</summary>
    public bool IsOfTheCache { get; init; }

    /// <summary>Reads the hub's answer: <c>{"sha": commit, "siblings": [{"rfilename": name}, …]}</c>.</summary>
    /// <exception cref="InvalidDataException">It is something else, or names a file that leads out of its folder.</exception>
    public static HubListing Parse(byte[] json, HubName model)
    {
        string commit;
        string[] names;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            names = [.. document.RootElement.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString() ?? "")];
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{model}: the hub's list of files does not read ({broken.Message}); check HF_ENDPOINT.", broken);
        }

        return HubName.IsCommitHash(commit)
            ? new HubListing(model, commit, names.Select(name => HubFileName.Checked(name, model)).ToHashSet(StringComparer.Ordinal))
            : throw new InvalidDataException($"{model}: the hub's list of files has the commit \"{commit}\"; expected 40 hex digits. Check HF_ENDPOINT.");
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace BiGS.Files;

/// <summary>Options and results as JSON for people: names in snake case, enums by name, one value per line.</summary>
internal static class OptionsFile
{
    internal static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    internal static string ToJson<T>(T options) => JsonSerializer.Serialize(options, Format);

    /// <summary>The inverse of <see cref="ToJson"/>.</summary>
    internal static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, Format)!;

    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    internal static T Read<T>(string path, string what)
    {
        try
        {
            return Parse<T>(File.ReadAllText(path));
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path}: not {what}: {broken.Message}", broken);
        }
    }

    /// <summary>The first line in which two files of options differ, as each has it; null where none does.</summary>
    public static (string Before, string Now)? FirstDifference(string before, string now)
    {
        (string[] stored, string[] given) = (before.Split('\n'), now.Split('\n'));
        int differs = Enumerable.Range(0, Math.Min(stored.Length, given.Length)).FirstOrDefault(i => stored[i] != given[i], -1);
        return differs < 0 && stored.Length == given.Length
            ? null
            : (stored[Math.Max(0, differs)].Trim(' ', ','), given[Math.Max(0, differs)].Trim(' ', ','));
    }

    /// <summary>A run that goes on keeps the options that it was started with.</summary>
    /// <exception cref="ArgumentException">They differ: says in what.</exception>
    public static void RequireSame(string stored, string given)
    {
        if (FirstDifference(stored, given) is var (before, now))
        {
            throw new ArgumentException(
                $"the run was started with {before}, and {now} is given now; a resumed run keeps its options: leave them out, or start another run.");
        }
    }
}

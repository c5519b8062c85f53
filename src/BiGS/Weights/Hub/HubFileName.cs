namespace BiGS.Weights;

/// <summary>Names of files come from a stranger: only those that stay below their folder are let in.</summary>
internal static class HubFileName
{
    public static bool IsSafe(string name) =>
        name.Length is > 0 and <= 1024 && !name.Any(c => c == '\\' || c == ':' || char.IsControl(c))
        && name.Split('/').All(part => part is not ("" or "." or ".."));

    /// <exception cref="InvalidDataException">The name leads elsewhere.</exception>
    public static string Checked(string name, HubName model) => IsSafe(name)
        ? name
        : throw new InvalidDataException(
            $"{model}: the repository names a file \"{name}\"; expected a relative name without .., \\, : or empty parts. Nothing of it is fetched.");
}

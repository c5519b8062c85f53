namespace BiGS.Server;

/// <summary>What requests call models: the folder's own name; of several that have one name, the path as it was given. A hub's name stays whole.</summary>
internal static class ModelNames
{
    public static string[] Of(IReadOnlyList<string> given)
    {
        string[] names = [.. given.Select(path => Path.Exists(path) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) : path)];
        string[] unlike = [.. names.Select((name, i) => names.Count(other => other == name) > 1 ? given[i] : name)];
        return unlike.Distinct().Count() == unlike.Length
            ? unlike
            : throw new ArgumentException($"--model names {unlike.GroupBy(name => name).First(name => name.Count() > 1).Key} twice; name each model once.");
    }
}

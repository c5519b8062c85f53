namespace BiGS.Cli.Doctor;

/// <summary>Cores, and what they are good at.</summary>
internal static class Processor
{
    private const string Information = "/proc/cpuinfo";

    /// <summary>Flags of /proc/cpuinfo, most welcome first.</summary>
    private static readonly string[] Welcome = ["amx_bf16", "avx512_bf16", "avx512f", "avx2"];

    /// <summary>What the processor calls itself.</summary>
    public static string Name => Value(Lines(), "model name") ?? "processor of unknown make";

    public static DiagnosticResult Look()
    {
        string[] lines = Lines();
        string[] flags = (Value(lines, "flags") ?? "").Split(' ');
        string[] known = [.. Welcome.Where(flags.Contains)];
        string cores = $"{Environment.ProcessorCount} of {Name}";
        string listed = known.Length > 0 ? string.Join(", ", known) : "no vector extensions known";
        bool fastBf16 = known.Any(flag => flag.EndsWith("bf16", StringComparison.Ordinal));
        return fastBf16
            ? new DiagnosticResult("cores", DiagnosticStatus.Good, $"{cores}; bf16 is fast ({listed})")
            : new DiagnosticResult("cores", DiagnosticStatus.Optional, $"{cores}; bf16 is slow ({listed})", "stay with --precision fp32 here");
    }

    private static string[] Lines() => File.Exists(Information) ? File.ReadAllLines(Information) : [];

    private static string? Value(string[] lines, string key) =>
        Array.Find(lines, line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}

using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace BiGS.Cli.Doctor;

/// <summary>libstdc++ and libtorch: whether they are there, and whether they load together.</summary>
internal static partial class NativeLibraries
{
    /// <summary>
    /// What TorchSharp's library asks for; where it is missing, the build marks the need as weak (build/LoadOnOldLibstdcxx.targets).
    /// </summary>
    private const int WantedVersion = 32;

    /// <summary>The variable that makes the launcher take another libtorch.</summary>
    public const string Other = "BIGS_LIBTORCH";

    public static IEnumerable<DiagnosticResult> Look()
    {
        Exception? failure = WhyTorchFails();
        int? version = StandardLibraryVersion();
        yield return version switch
        {
            null => new DiagnosticResult("libstdc++", DiagnosticStatus.Broken, "libstdc++.so.6 was not found", "install it (apt install libstdc++6)"),
            >= WantedVersion => new DiagnosticResult("libstdc++", DiagnosticStatus.Good, $"GLIBCXX_3.4.{version}"),
            _ when failure is null => new DiagnosticResult("libstdc++", DiagnosticStatus.Good,
                $"GLIBCXX_3.4.{version}; weak marking in place, so that 3.4.{WantedVersion} is not needed"),
            _ => new DiagnosticResult("libstdc++", DiagnosticStatus.Broken, $"GLIBCXX_3.4.{version}, and libLibTorchSharp.so asks for 3.4.{WantedVersion}",
                "build again with dotnet build, which marks that need as weak; or install the libstdc++ of GCC 13"),
        };
        yield return failure is null
            ? new DiagnosticResult("libtorch", DiagnosticStatus.Good, $"{LibtorchVersion()} from {LibtorchFolder()}, {torch.get_num_threads()} threads")
            : new DiagnosticResult("libtorch", DiagnosticStatus.Broken, $"does not load: {failure.Message.Split('\n')[0].Trim()}",
                Environment.GetEnvironmentVariable(Other) is null
                    ? "restore and build again (dotnet build -c Release); libtorch is the package libtorch-cpu-linux-x64"
                    : $"{Other} is set: it must name the torch/lib of a PyTorch 2.10 that runs by itself (python3 -c 'import torch'); or unset it");
    }

    public static bool SeesGpu() => WhyTorchFails() is null && torch.cuda.is_available();

    private static Exception? WhyTorchFails()
    {
        try
        {
            using torch.Tensor one = torch.ones(1);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return failure.InnerException ?? failure;
        }
    }

    /// <summary>What the library that is loaded says of itself: major, minor and patch in the three highest bytes.</summary>
    private static string LibtorchVersion()
    {
        ulong version = AbiVersion();
        return $"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}";
    }

    private static string LibtorchFolder()
    {
        string folder = Path.GetDirectoryName(Loaded("libtorch_cpu.so")) ?? "a place that the system does not tell";
        return Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) == folder ? "the program's folder" : folder;
    }

    /// <summary>The file of a library that this process has in its memory.</summary>
    private static string? Loaded(string name) => File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is >= 0 and int start ? line[start..] : "")
        .FirstOrDefault(file => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal));

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_abi_version")]
    private static partial ulong AbiVersion();

    /// <summary>The highest N of the versions GLIBCXX_3.4.N that the library in use carries.</summary>
    private static int? StandardLibraryVersion()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
        {
            return null;
        }

        string? path = Loaded("libstdc++.so.6");
        return path is null ? null : Versions().Matches(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)))
            .Max(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Versions();
}

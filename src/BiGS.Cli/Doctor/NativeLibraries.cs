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

    public static IEnumerable<Finding> Look()
    {
        Exception? failure = WhyTorchFails();
        int? version = StandardLibraryVersion();
        yield return version switch
        {
            null => new Finding("libstdc++", Condition.Broken, "libstdc++.so.6 was not found", "install it (apt install libstdc++6)"),
            >= WantedVersion => new Finding("libstdc++", Condition.Good, $"GLIBCXX_3.4.{version}"),
            _ when failure is null => new Finding("libstdc++", Condition.Good,
                $"GLIBCXX_3.4.{version}; weak marking in place, so that 3.4.{WantedVersion} is not needed"),
            _ => new Finding("libstdc++", Condition.Broken, $"GLIBCXX_3.4.{version}, and libLibTorchSharp.so asks for 3.4.{WantedVersion}",
                "build again with dotnet build, which marks that need as weak; or install the libstdc++ of GCC 13"),
        };
        yield return failure is null
            ? new Finding("libtorch", Condition.Good, $"{torch.__version__}, {torch.get_num_threads()} threads")
            : new Finding("libtorch", Condition.Broken, $"does not load: {failure.Message.Split('\n')[0].Trim()}",
                "restore and build again (dotnet build -c Release); libtorch is the package libtorch-cpu-linux-x64");
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

    /// <summary>The highest N of the versions GLIBCXX_3.4.N that the library in use carries.</summary>
    private static int? StandardLibraryVersion()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
        {
            return null;
        }

        string? path = File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith("libstdc++.so.6", StringComparison.Ordinal));
        return path is null ? null : Versions().Matches(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)))
            .Max(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Versions();
}

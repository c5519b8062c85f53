using System.Runtime.InteropServices;
using BiGS.Files;
using BiGS.Tokenizers;

namespace BiGS.Cli.Doctor;

/// <summary>Everything that this program stands on, looked at in order.</summary>
internal static class Diagnostics
{
    private const double ScarceGibibytes = 2;

    public static IEnumerable<DiagnosticResult> Run()
    {
        yield return new DiagnosticResult(".NET", DiagnosticStatus.Good,
            $"{Environment.Version} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return Icu();
        foreach (DiagnosticResult finding in NativeLibraries.Look())
        {
            yield return finding;
        }

        yield return Processor.Look();
        yield return Gpu();
        yield return Mpi();
        yield return Disk();
        yield return Cache();
    }

    private static DiagnosticResult Icu() => BertNormalizer.CanDecompose
        ? new DiagnosticResult("ICU", DiagnosticStatus.Good, "accents can be decomposed")
        : new DiagnosticResult("ICU", DiagnosticStatus.Broken, "accents cannot be decomposed, so uncased tokenizers would be wrong",
            "install libicu (apt install libicu-dev), and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");

    private static DiagnosticResult Gpu()
    {
        string[] cards = Cards();
        string named = cards.Length > 0 ? $": {string.Join(", ", cards.Distinct())}" : "";
        if (NativeLibraries.SeesGpu())
        {
            return new DiagnosticResult("GPU", DiagnosticStatus.Good, $"{TorchSharp.torch.cuda.device_count()} for CUDA{named}");
        }

        return File.Exists("/proc/driver/nvidia/version")
            ? new DiagnosticResult("GPU", DiagnosticStatus.Optional, $"there is an NVIDIA driver{named}, but this libtorch is for processors only, or sees no card",
                $"set {NativeLibraries.Other} to the torch/lib of a PyTorch 2.10 that is built for CUDA (see README.md)")
            : new DiagnosticResult("GPU", DiagnosticStatus.Optional, "none; models run on the processor");
    }

    /// <summary>The names of the cards that the driver knows.</summary>
    private static string[] Cards()
    {
        const string Folder = "/proc/driver/nvidia/gpus";
        const string Model = "Model:";
        return !Directory.Exists(Folder) ? [] :
        [
            .. Directory.GetFiles(Folder, "information", SearchOption.AllDirectories).SelectMany(File.ReadLines)
                .Where(line => line.StartsWith(Model, StringComparison.Ordinal)).Select(line => line[Model.Length..].Trim()),
        ];
    }

    private static DiagnosticResult Mpi()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string? mpirun = folders.Select(folder => Path.Combine(folder, "mpirun")).FirstOrDefault(File.Exists);
        return mpirun is null
            ? new DiagnosticResult("MPI", DiagnosticStatus.Optional, "no mpirun on PATH; training runs in one process",
                "apt install openmpi-bin, if it shall run in several")
            : new DiagnosticResult("MPI", DiagnosticStatus.Good, mpirun);
    }

    private static DiagnosticResult Disk()
    {
        string folder = Environment.CurrentDirectory;
        string found = $"{Gibibytes(folder):f1} GiB free at {folder}";
        return Gibibytes(folder) < ScarceGibibytes
            ? new DiagnosticResult("disk", DiagnosticStatus.Optional, found,
                "checkpoints of large models take more than a gigabyte each: make room, or write elsewhere with --out")
            : new DiagnosticResult("disk", DiagnosticStatus.Good, found);
    }

    private static double Gibibytes(string folder) => (double)new DriveInfo(folder).AvailableFreeSpace / (1 << 30);

    private static DiagnosticResult Cache()
    {
        string folder = CacheFolder.Path;
        string there = folder;
        while (!Directory.Exists(there))
        {
            there = Path.GetDirectoryName(there)!;
        }

        try
        {
            using (File.Create(Path.Combine(there, $".bigs-{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose))
            {
                string state = there == folder ? "" : ", made when it is needed";
                return new DiagnosticResult("cache", DiagnosticStatus.Good, $"{folder}{state}; {Gibibytes(there):f1} GiB free");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new DiagnosticResult("cache", DiagnosticStatus.Broken, $"{folder} cannot be written: {refused.Message}",
                "set BIGS_CACHE to a folder that can");
        }
    }
}

using System.Runtime.InteropServices;
using BiGS.Batches;
using BiGS.Tokenizers;

namespace BiGS.Cli.Doctor;

/// <summary>Everything that this program stands on, looked at in order.</summary>
internal static class Checkup
{
    private const double ScarceGibibytes = 2;

    public static IEnumerable<Finding> Run()
    {
        yield return new Finding(".NET", Condition.Good,
            $"{Environment.Version} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return Icu();
        foreach (Finding finding in NativeLibraries.Look())
        {
            yield return finding;
        }

        yield return Processor.Look();
        yield return Gpu();
        yield return Mpi();
        yield return Disk();
        yield return Cache();
    }

    private static Finding Icu() => BertNormalizer.CanDecompose
        ? new Finding("ICU", Condition.Good, "accents can be decomposed")
        : new Finding("ICU", Condition.Broken, "accents cannot be decomposed, so uncased tokenizers would be wrong",
            "install libicu (apt install libicu-dev), and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");

    private static Finding Gpu()
    {
        string[] cards = Cards();
        string named = cards.Length > 0 ? $": {string.Join(", ", cards.Distinct())}" : "";
        if (NativeLibraries.SeesGpu())
        {
            return new Finding("GPU", Condition.Good, $"{TorchSharp.torch.cuda.device_count()} for CUDA{named}");
        }

        return File.Exists("/proc/driver/nvidia/version")
            ? new Finding("GPU", Condition.Optional, $"there is an NVIDIA driver{named}, but this libtorch is for processors only, or sees no card",
                $"set {NativeLibraries.Other} to the torch/lib of a PyTorch 2.10 that is built for CUDA (see README.md)")
            : new Finding("GPU", Condition.Optional, "none; models run on the processor");
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

    private static Finding Mpi()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string? mpirun = folders.Select(folder => Path.Combine(folder, "mpirun")).FirstOrDefault(File.Exists);
        return mpirun is null
            ? new Finding("MPI", Condition.Optional, "no mpirun on PATH; training runs in one process",
                "apt install openmpi-bin, if it shall run in several")
            : new Finding("MPI", Condition.Good, mpirun);
    }

    private static Finding Disk()
    {
        string folder = Environment.CurrentDirectory;
        string found = $"{Gibibytes(folder):f1} GiB free at {folder}";
        return Gibibytes(folder) < ScarceGibibytes
            ? new Finding("disk", Condition.Optional, found,
                "checkpoints of large models take more than a gigabyte each: make room, or write elsewhere with --out")
            : new Finding("disk", Condition.Good, found);
    }

    private static double Gibibytes(string folder) => (double)new DriveInfo(folder).AvailableFreeSpace / (1 << 30);

    private static Finding Cache()
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
                return new Finding("cache", Condition.Good, $"{folder}{state}; {Gibibytes(there):f1} GiB free");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new Finding("cache", Condition.Broken, $"{folder} cannot be written: {refused.Message}",
                "set BIGS_CACHE to a folder that can");
        }
    }
}

using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using BiGS.Support;

namespace BiGS.Cli.Tests.Build;

/// <summary>The shim of TorchSharp loads on systems whose libstdc++ is older than GCC 13, and the package it came from stays as it was.</summary>
public class NativeLibraryTests
{
    private const string Name = "libLibTorchSharp.so";
    private const string NewLibstdcxx = "GLIBCXX_3.4.32";

    private static string Cached => Path.Combine(PackagesFolder, "torchsharp", TorchSharpVersion, "runtimes", "linux-x64", "native", Name);

    private static string PackagesFolder =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string TorchSharpVersion => Regex.Match(
        File.ReadAllText(Path.Combine(Shared.Repository, "Directory.Packages.props")), "Include=\"TorchSharp\" Version=\"([^\"]+)\"").Groups[1].Value;

    [Fact]
    public void TheCopyBesideTheProgramAsksForNoNewLibstdcxx() => AssertLoadsAnywhere(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Name)));

    [Fact]
    public void ThePackageCacheIsAsItCame()
    {
        Assert.SkipUnless(File.Exists(Cached), $"There is no {Cached}; set NUGET_PACKAGES to the folder that holds the packages.");
        byte[] cached = File.ReadAllBytes(Cached);
        byte[] copy = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Name));
        Assert.Equal(cached.Length, copy.Length);
        int[] changed = [.. Enumerable.Range(0, copy.Length).Where(i => copy[i] != cached[i])];
        (string Version, int FlagsAt, bool Weak) need = Assert.Single(ElfVersionNeeds.Of(cached), need => need.Version == NewLibstdcxx);
        Assert.False(need.Weak, "the package's own copy was changed");
        Assert.Equal([need.FlagsAt], changed);
        // The package as it was downloaded, where the cache keeps it.
        string package = Path.Combine(PackagesFolder, "torchsharp", TorchSharpVersion, $"torchsharp.{TorchSharpVersion}.nupkg");
        if (File.Exists(package))
        {
            using ZipArchive archive = ZipFile.OpenRead(package);
            Assert.Equal(Bytes(archive.GetEntry($"runtimes/linux-x64/native/{Name}")!), cached);
        }
    }

    /// <summary>binutils reads the same as we do.</summary>
    [Fact]
    public void ReadelfAgrees()
    {
        string? readelf = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "readelf")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(readelf is not null, "There is no readelf on this machine.");
        string library = Path.Combine(AppContext.BaseDirectory, Name);
        string output = Run(readelf, "-V", "-W", library);
        MatchCollection lines = Regex.Matches(output, @"Name: (\S+)\s+Flags: (.+?)\s+Version: \d+");
        Assert.Equal(
            lines.Select(line => (line.Groups[1].Value, line.Groups[2].Value.Contains("WEAK", StringComparison.Ordinal))).Order(),
            ElfVersionNeeds.Of(File.ReadAllBytes(library)).Select(need => (need.Version, need.Weak)).Order());
    }

    private static void AssertLoadsAnywhere(byte[] library)
    {
        (string Version, int FlagsAt, bool Weak)[] needs = [.. ElfVersionNeeds.Of(library)];
        Assert.True(Assert.Single(needs, need => need.Version == NewLibstdcxx).Weak, $"{NewLibstdcxx} is asked for strongly");
        // Nothing else was weakened: a real lack must still be told.
        Assert.All(needs, need => Assert.True(need.Weak == (need.Version == NewLibstdcxx), $"{need.Version}: weak is {need.Weak}"));
        Assert.Contains(needs, need => need.Version == "GLIBC_2.2.5");
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var bytes = new MemoryStream();
        using Stream stream = entry.Open();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{output}\n{errors.Result}");
        return output;
    }
}

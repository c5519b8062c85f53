using System.Diagnostics;
using BiGS.Support;

namespace BiGS.Cli.Tests.Build;

/// <summary>BIGS_LIBTORCH: the program runs with the libraries of another folder, or says why it does not.</summary>
public sealed class OtherLibtorchTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    /// <summary>Beside the build, so that hard links stand in for half a gigabyte of copies.</summary>
    private readonly string _other = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"other-{Guid.NewGuid():N}")).FullName;

    public void Dispose()
    {
        Directory.Delete(_other, recursive: true);
        _temporary.Dispose();
    }

    [Fact]
    public void TheOtherLibtorchIsTheOneThatIsLoaded()
    {
        string libraries = Directory.CreateDirectory(Path.Combine(_other, "torch", "lib")).FullName;
        File.WriteAllText(Path.Combine(_other, "torch", "version.py"), "__version__ = '2.10.0+cu128'\n");
        (int code, string output, string errors) = Bash($"""
            set -euo pipefail
            source '{Shared.Repository}/build/other-libtorch.sh'
            cp -l '{AppContext.BaseDirectory}'/lib{"{torch,c10,gomp}"}* '{libraries}'
            mkdir '{_other}/program'
            cp -l '{AppContext.BaseDirectory}'/*.so* '{AppContext.BaseDirectory}'/*.dll '{AppContext.BaseDirectory}'/*.json '{_other}/program'
            touch '{_other}/stamp'
            found=$(other_libtorch '{_other}/torch')
            without_libtorch '{_other}/program' '{_other}/copy' '{_other}/stamp'
            LD_LIBRARY_PATH=$found dotnet '{_other}/copy/BiGS.Cli.dll' doctor --json
            """);
        Assert.True(code == 0, errors);
        Assert.Contains($"2.10.0 from {libraries}", output);
        Assert.False(File.Exists(Path.Combine(_other, "copy", "libtorch_cpu.so")));
        Assert.True(File.Exists(Path.Combine(_other, "copy", "libLibTorchSharp.so")));
    }

    [Fact]
    public void AFolderThatIsNoneIsRefused() => Refused("/nowhere/torch/lib", "there is no such folder");

    [Fact]
    public void AFolderWithoutLibtorchIsRefused() => Refused(_temporary.Path, "holds no libtorch_cpu.so");

    [Theory]
    [InlineData("version.py", "__version__ = '2.9.1+cu128'\n", "2.9.1+cu128")]
    [InlineData("version.py", "__version__ = '2.1'\n", "2.1")]
    [InlineData("build-version", "2.12.0\n", "2.12.0")]
    public void AnotherVersionIsRefused(string file, string text, string version)
    {
        _temporary.File(file, text);
        Directory.CreateDirectory(Path.Combine(_temporary.Path, "lib"));
        _temporary.File(Path.Combine("lib", "libtorch_cpu.so"), "");
        Refused(_temporary.Path, $"of version {version}, but bigs is built for libtorch 2.10");
    }

    private static void Refused(string folder, string because)
    {
        (int code, string output, string errors) = Bash($"source '{Shared.Repository}/build/other-libtorch.sh'; other_libtorch '{folder}'");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("error: BIGS_LIBTORCH is", errors);
        Assert.Contains(because, errors);
    }

    private static (int Code, string Output, string Errors) Bash(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}

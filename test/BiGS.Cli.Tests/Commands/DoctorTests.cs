using System.Diagnostics;
using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class DoctorTests
{
    [Fact]
    public void FindsThisMachineHealthy()
    {
        JsonElement report = Bigs.Run("doctor", "--json").Succeeded().Objects.Single();
        Assert.True(report.GetProperty("healthy").GetBoolean());
        Assert.Equal(
            [".NET", "ICU", "libstdc++", "libtorch", "cores", "GPU", "MPI", "disk", "cache"],
            report.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()));
        Assert.Contains("libtorch    2.10.0 from the program's folder", Bigs.Run("doctor").Succeeded().Output);
    }

    [Fact]
    public void TheLauncherSaysThatDotnetIsMissing()
    {
        using var temporary = new Support.TemporaryFolder();
        foreach (string tool in (string[])["dirname", "readlink"])
        {
            File.CreateSymbolicLink(Path.Combine(temporary.Path, tool), $"/usr/bin/{tool}");
        }

        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(Shared.Repository, "bigs"), "--version"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = temporary.Path;
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Equal("", process.StandardOutput.ReadToEnd());
        Assert.Contains("error: there is no dotnet on PATH", errors);
        Assert.Single(errors, '\n');
    }
}

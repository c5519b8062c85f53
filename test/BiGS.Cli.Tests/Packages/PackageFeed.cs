using System.Diagnostics;
using BiGS.Support;

namespace BiGS.Cli.Tests.Packages;

/// <summary>
/// Packages of this repository in a feed of their own, and a place outside the repository whose NuGet cache and home folder begin empty: what somebody
/// has who installs them. What they depend on comes from the packages that restoring the repository has brought to this machine, so no network is needed.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    private readonly TemporaryFolder _place = new();
    private readonly HashSet<string> _packed = [];

    public PackageFeed()
    {
        foreach (string folder in (string[])["feed", "home", "samples"])
        {
            Directory.CreateDirectory(Path.Combine(_place.Path, folder));
        }

        string restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        _place.File("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="{Folder}" />
                <add key="restored" value="{restored}" />
              </packageSources>
            </configuration>
            """);
        foreach (string file in Directory.GetFiles(Path.Combine(Shared.Repository, "samples"), "Directory.*"))
        {
            File.Copy(file, Path.Combine(_place.Path, "samples", Path.GetFileName(file)));
        }
    }

    /// <summary>Where the packages are.</summary>
    public string Folder => Path.Combine(_place.Path, "feed");

    /// <summary>Outside the repository.</summary>
    public string Place => _place.Path;

    /// <summary>The .nupkg of a project, packed when it is first asked for.</summary>
    /// <param name="project">Its folder in the repository.</param>
    public string Pack(string project)
    {
        if (_packed.Add(project))
        {
            // What these tests reference has been built with them; the model has no code.
            string[] built = project.StartsWith("src", StringComparison.Ordinal) ? ["--no-build"] : [];
            Run(Shared.Repository, inOwnHome: false, "dotnet", ["pack", project, .. built, "-c", Configuration, "-o", Folder, "-v", "q"]);
        }

        string id = Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(Path.Combine(Shared.Repository, project), "*.csproj")));
        return Assert.Single(Directory.GetFiles(Folder, $"{id}.{Version}.nupkg"));
    }

    /// <summary>A copy of a sample, outside the repository.</summary>
    /// <param name="name">Its folder in samples/.</param>
    /// <param name="copyName">What the copy is called.</param>
    public string CopySample(string name, string? copyName = null)
    {
        string source = Path.Combine(Shared.Repository, "samples", name);
        string target = Path.Combine(_place.Path, "samples", copyName ?? name);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, file);
            if (relative.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            {
                string copy = Path.Combine(target, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
        }

        return target;
    }

    /// <summary>Builds or publishes into a folder beside the sample, and returns that.</summary>
    public string Build(string sample, string verb, params string[] arguments)
    {
        string output = sample + "-out";
        Dotnet(sample, [verb, "-o", output, $"-p:BiGSVersion={Version}", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-v", "q", .. arguments]);
        return output;
    }

    /// <summary>Runs dotnet with an empty home and package cache; returns what it prints.</summary>
    public string Dotnet(string folder, params string[] arguments) => Run(folder, inOwnHome: true, "dotnet", arguments);

    /// <summary>Runs a program to its end; the test fails where the program does.</summary>
    public string Run(string folder, string program, params string[] arguments) => Run(folder, inOwnHome: true, program, arguments);

    /// <summary>Starts a program with an empty home and package cache.</summary>
    public Process Start(string folder, string program, params string[] arguments) => Start(folder, inOwnHome: true, program, arguments);

    /// <summary>What it prints, and how it ends.</summary>
    public (int Code, string Output) Try(string folder, string program, params string[] arguments) => Finish(Start(folder, inOwnHome: true, program, arguments));

    public void Dispose() => _place.Dispose();

    /// <summary>All packages' version.</summary>
    public static string Version { get; } = System.Xml.Linq.XDocument.Load(Path.Combine(Shared.Repository, "Directory.Build.props"))
        .Descendants("Version").Single().Value;

    /// <summary>Debug or Release, as the tests themselves: bin/Debug/net10.0/linux-x64.</summary>
    private static string Configuration => Path.GetRelativePath(Shared.Repository, AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)[3];

    private string Run(string folder, bool inOwnHome, string program, params string[] arguments)
    {
        (int code, string output) = Finish(Start(folder, inOwnHome, program, arguments));
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: exit {code}\n{output}");
        return output;
    }

    private static (int Code, string Output) Finish(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
    }

    private Process Start(string folder, bool inOwnHome, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test runner's own MSBuild has set is none of a user's.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (inOwnHome)
        {
            start.Environment["HOME"] = Path.Combine(_place.Path, "home");
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_place.Path, "packages");
            start.Environment["CI"] = "";
        }

        return Process.Start(start)!;
    }
}

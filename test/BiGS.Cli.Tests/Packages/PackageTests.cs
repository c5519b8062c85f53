using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BiGS.Support;

namespace BiGS.Cli.Tests.Packages;

/// <summary>The packages do in somebody's own project what the documents say: the samples are built from them and run, outside the repository.</summary>
public partial class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private const string TorchShim = "libLibTorchSharp.so";

    private static readonly string[] Needless = ["libtorch_python", "_test.so", ".pdb", ".aar", ".xcframework"];

    /// <summary>BiGS and the English model need nothing else; published for one platform they are small.</summary>
    [Fact]
    public void EmbedAndFillMaskRunFromTheirPackages()
    {
        AssertComplete(feed.Pack("src/BiGS"), library: true);
        AssertComplete(feed.Pack("models/english"), library: false);

        string published = feed.Build(feed.CopySample("embed"), "publish", "-r", "linux-x64", "--self-contained", "false");
        string[] lines = feed.Run(feed.Place, Path.Combine(published, "embed")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.True(string.CompareOrdinal(lines[0], lines[1]) > 0, string.Join('\n', lines));
        AssertNothingNeedless(published);
        Assert.DoesNotContain(Directory.GetFiles(published), file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
        long bytes = Directory.EnumerateFiles(published, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.True(bytes <= 150_000_000, $"{bytes:N0} bytes are published");

        string built = feed.Build(feed.CopySample("fill-mask"), "build");
        Assert.Contains("The river flows into the sea.", feed.Dotnet(feed.Place, Path.Combine(built, "fill-mask.dll")), StringComparison.Ordinal);
        AssertNothingNeedless(built);
    }

    [Fact]
    public void EveryPackageIsComplete()
    {
        RequireSlow("packs every library");
        Assert.All((string[])["BiGS", "BiGS.Search", "BiGS.Torch", "BiGS.Training", "BiGS.Server"], name => AssertComplete(feed.Pack($"src/{name}"), library: true));
    }

    /// <summary>Documents are found; and a model that somebody fine-tuned elsewhere answers in a program that references BiGS and nothing else.</summary>
    [Fact]
    public void SearchAndClassifyRunFromTheirPackages()
    {
        RequireSlow("builds two programs");
        Pack("src/BiGS", "models/english", "src/BiGS.Search");
        string search = feed.Build(feed.CopySample("search"), "build");
        Assert.Contains("garden.md", feed.Dotnet(feed.Place, Path.Combine(search, "search.dll")).Split('\n')[0], StringComparison.Ordinal);

        using var tuned = new SmallModel(head: "BiGSForSequenceClassification");
        string sample = feed.CopySample("embed", "classify-alone");
        string project = Path.Combine(sample, "classify-alone.csproj");
        File.Move(Path.Combine(sample, "embed.csproj"), project);
        XDocument references = XDocument.Load(project);
        references.Descendants("PackageReference").Where(reference => reference.Attribute("Include")!.Value == "BiGS.Models.English").Remove();
        references.Save(project);
        File.WriteAllText(Path.Combine(sample, "Program.cs"), """
            using BiGS.Pipelines;

            using Classifier classifier = Classifier.Open(args[0]);
            Console.WriteLine(classifier.Classify(["the farmer sleeps ."])[0].Labels[0].Label);
            """);
        string built = feed.Build(sample, "build");
        Assert.StartsWith("LABEL_", feed.Dotnet(feed.Place, Path.Combine(built, "classify-alone.dll"), tuned.Folder), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories), file => Path.GetFileName(file).Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Pretraining and fine-tuning, with and without a RuntimeIdentifier: both load on a libstdc++ older than GCC 13.</summary>
    [Fact]
    public void TrainingRunsFromItsPackages()
    {
        RequireSlow("trains models from packages, libtorch and all");
        Pack("src/BiGS", "models/english", "src/BiGS.Search", "src/BiGS.Torch", "src/BiGS.Training");
        TrainingRuns("classify", runtime: "");
        TrainingRuns("classify", runtime: "linux-x64");
        TrainingRuns("pretrain", runtime: "");
    }

    private void TrainingRuns(string name, string runtime)
    {
        string sample = feed.CopySample(name, name + runtime);
        string built = feed.Build(sample, "build", runtime.Length > 0 ? ["-r", runtime, "--self-contained", "false"] : []);
        string output = feed.Dotnet(feed.Place, Path.Combine(built, name + ".dll"));
        Assert.Contains(name == "classify" ? "good" : "held-out text after 30 steps", output, StringComparison.Ordinal);
        AssertNothingNeedless(built);
        string shim = Path.Combine(built, runtime.Length > 0 ? TorchShim : $"runtimes/linux-x64/native/{TorchShim}");
        Assert.True(ElfVersionNeeds.Of(File.ReadAllBytes(shim)).Single(need => need.Version == "GLIBCXX_3.4.32").Weak);
    }

    [Fact]
    public void AMissingLibtorchIsNamed()
    {
        RequireSlow("builds a sample");
        Pack("src/BiGS", "models/english", "src/BiGS.Search", "src/BiGS.Torch", "src/BiGS.Training");
        string sample = feed.CopySample("pretrain", "without-libtorch");
        string project = Path.Combine(sample, "pretrain.csproj");
        File.WriteAllLines(project, File.ReadAllLines(project).Where(line => !line.Contains("libtorch", StringComparison.Ordinal)));
        (int code, string output) = feed.Try(sample, "dotnet", "build", $"-p:BiGSVersion={PackageFeed.Version}", "-p:TreatWarningsAsErrors=false", "-p:UseSharedCompilation=false", "-nodeReuse:false");
        Assert.True(code == 0, output);
        Assert.Matches("warning BIGS001: .*libtorch-cpu-linux-x64", output);
    }

    [Fact]
    public async Task AnApplicationServesModelsFromItsPackages()
    {
        RequireSlow("builds a sample");
        Pack("src/BiGS", "models/english", "src/BiGS.Server");
        string built = feed.Build(feed.CopySample("serve"), "build");
        using System.Diagnostics.Process server = feed.Start(feed.Place, "dotnet", Path.Combine(built, "serve.dll"), "--urls", "http://127.0.0.1:0");
        try
        {
            Match listening = Match.Empty;
            while (!listening.Success)
            {
                string? line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                Assert.True(line is not null, "the server ended");
                listening = ListeningLine().Match(line);
            }

            using var client = new HttpClient { BaseAddress = new Uri(listening.Groups[1].Value) };
            using HttpResponseMessage answer = await client.PostAsync(
                "/embed", new StringContent("""{"inputs": "The river flows into the sea."}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.StartsWith("[[", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public void TheToolInstallsAndRunsElsewhere()
    {
        RequireSlow("packs and installs the program, libtorch and all");
        string package = feed.Pack("src/BiGS.Cli");
        AssertComplete(package, library: false);
        string tools = Path.Combine(feed.Place, "tools");
        feed.Dotnet(feed.Place, "tool", "install", "BiGS.Cli", "--tool-path", tools, "--version", PackageFeed.Version);
        string bigs = Path.Combine(tools, "bigs");
        Assert.Contains(PackageFeed.Version, feed.Run(feed.Place, bigs, "--version"), StringComparison.Ordinal);
        Assert.Contains("sea", feed.Run(feed.Place, bigs, "fill-mask", "The river flows into the [MASK]."), StringComparison.Ordinal);
        string shim = Assert.Single(Directory.GetFiles(tools, TorchShim, SearchOption.AllDirectories));
        Assert.True(ElfVersionNeeds.Of(File.ReadAllBytes(shim)).Single(need => need.Version == "GLIBCXX_3.4.32").Weak);
        AssertNothingNeedless(Path.GetDirectoryName(shim)!);
    }

    private static void RequireSlow(string what) =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1", $"Set BIGS_SLOW=1: this test {what}.");

    private void Pack(params string[] projects) => Array.ForEach(projects, project => feed.Pack(project));

    /// <summary>What a package tells of itself is there: text, icon, licence, origin, and for a library its XML documentation and symbols.</summary>
    private static void AssertComplete(string package, bool library)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] names = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.Contains("README.md", names);
        Assert.True(archive.GetEntry("README.md")!.Length > 500, $"{package}: README.md says nothing");
        Assert.Contains("icon.png", names);
        using Stream manifest = archive.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        XElement[] metadata = [.. XDocument.Load(manifest).Descendants()];
        foreach (string name in (string[])["license", "repository", "description", "projectUrl"])
        {
            Assert.Contains(metadata, element => element.Name.LocalName == name);
        }

        Assert.All(
            metadata.Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value.StartsWith("BiGS", StringComparison.Ordinal)),
            dependency => Assert.Equal(PackageFeed.Version, dependency.Attribute("version")!.Value));
        if (library)
        {
            Assert.Contains(names, name => name.StartsWith("lib/net10.0/", StringComparison.Ordinal) && name.EndsWith(".xml", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.ChangeExtension(package, ".snupkg")), $"{package} has no symbols");
        }
    }

    /// <summary>Neither as files nor in the list that the program loads from. Debug files of the program itself and of BiGS belong there.</summary>
    private static void AssertNothingNeedless(string output)
    {
        string own = Path.GetFileNameWithoutExtension(Directory.GetFiles(output, "*.deps.json").First())[..^".deps".Length];
        Assert.DoesNotContain(
            Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)),
            file => Needless.Any(part => file.Contains(part, StringComparison.Ordinal)) && file != own + ".pdb" && !OwnSymbols().IsMatch(file));
        string dependencies = File.ReadAllText(Directory.GetFiles(output, "*.deps.json").First());
        Assert.All(Needless, ending => Assert.DoesNotContain(ending, dependencies, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^BiGS(\.\w+)?\.pdb$")]
    private static partial Regex OwnSymbols();

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex ListeningLine();
}

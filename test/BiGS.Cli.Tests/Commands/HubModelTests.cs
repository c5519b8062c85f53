using System.Diagnostics;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>The command as a process of its own, with the environment that points it to a hub.</summary>
public sealed class HubModelTests : IDisposable
{
    private readonly TestHub _hub = new();
    private readonly SmallModel _model = new();

    public HubModelTests()
    {
        HubRepository repository = _hub.Repository("someone/small");
        foreach (string path in Directory.GetFiles(_model.Folder))
        {
            repository.Add(Path.GetFileName(path), File.ReadAllBytes(path), large: Path.GetExtension(path) == ".safetensors");
        }
    }

    public void Dispose()
    {
        _hub.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void AModelOfTheHubAnswersAsItsFolderDoes()
    {
        const string Text = "the [MASK] sleeps .";
        string here = Bigs.Run("fill-mask", "--model", _model.Folder, "--json", Text).Succeeded().Output;
        Outcome fetched = Run(offline: false, "fill-mask", "--model", "someone/small", "--device", "cpu", "--json", Text).Succeeded();
        Assert.Equal(here, fetched.Output);
        Assert.Contains(_hub.Calls, call => call.Host == "store");

        _hub.Forget();
        Assert.Equal(here, Run(offline: true, "fill-mask", "--model", "someone/small@main", "--device", "cpu", "--json", Text).Succeeded().Output);
        Assert.Empty(_hub.Calls);
    }

    [Fact]
    public void EvaluateTakesAModelOfTheHubWithTheAuthorsTokenizer()
    {
        HubRepository tokenizer = _hub.Repository("google-bert/bert-large-uncased");
        HubRepository bare = _hub.Repository("someone/bare");
        foreach (string path in Directory.GetFiles(_model.Folder))
        {
            (Path.GetFileName(path) is "vocab.txt" or "tokenizer_config.json" ? tokenizer : bare).Add(Path.GetFileName(path), File.ReadAllBytes(path));
        }

        string[] evaluate = ["evaluate", "--data", _model.Written("held-out.txt", SmallModel.Text), "--device", "cpu", "--json", "--model"];
        Assert.Equal(Bigs.Run([.. evaluate, _model.Folder]).Succeeded().Output, Run(offline: false, [.. evaluate, "someone/bare"]).Succeeded().Output);
    }

    [Fact]
    public void PretrainingStartsFromAModelOfTheHub()
    {
        string corpus = _model.Written("text.txt", string.Join("\n\n", Enumerable.Repeat(SmallModel.Text, 20)));
        string output = Path.Combine(_hub.Folder, "run");
        Run(offline: false, "pretrain", "--init", "someone/small", "--corpus", corpus, "--validation", corpus, "--max-length", "16", "--batch-size", "2",
            "--steps", "2", "--eval-every", "2", "--device", "cpu", "--out", output).Succeeded();
        Assert.True(File.Exists(Path.Combine(output, "model.safetensors")));
        Run(offline: true, "pretrain", "--tokenizer", "someone/small", "--corpus", corpus, "--validation", corpus, "--max-length", "16", "--batch-size", "2",
            "--steps", "2", "--eval-every", "2", "--device", "cpu", "--out", output + "-2").Succeeded();
        Assert.Equal(File.ReadAllText(_model.File("vocab.txt")), File.ReadAllText(Path.Combine(output + "-2", "vocab.txt")));
    }

    [Fact]
    public void WhatIsNeitherAFolderNorAModelIsSaid()
    {
        Run(offline: false, "fill-mask", "--model", "no/such", "[MASK]").FailedWith(1, "no folder no/such", "no repository no/such");
        Run(offline: true, "fill-mask", "--model", "no/such", "[MASK]").FailedWith(1, "no folder no/such", "HF_HUB_OFFLINE");
        Assert.Contains("owner/name[@revision]", Bigs.Run("fill-mask", "--help").Output);
    }

    private Outcome Run(bool offline, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["HF_ENDPOINT"] = _hub.Endpoint.AbsoluteUri;
        start.Environment["HF_HOME"] = _hub.Folder;
        start.Environment["HF_HUB_OFFLINE"] = offline ? "1" : "0";
        start.Environment["BIGS_CACHE"] = Path.Combine(_hub.Folder, "bigs");
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment.Remove("HF_HUB_CACHE");
        start.Environment.Remove("HF_TOKEN");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output, errors.Result);
    }
}

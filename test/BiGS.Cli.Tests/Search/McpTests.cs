using System.Diagnostics;
using System.Text.Json;
using BiGS.Cli.Tests.Commands;
using BiGS.Support;

namespace BiGS.Cli.Tests.Search;

/// <summary>The command as an agent's program starts it: a process that is spoken to through its pipes.</summary>
public sealed class McpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SmallModel _model = new();
    private readonly string _folder;
    private readonly Process _process;
    private int _asked;

    public McpTests()
    {
        _folder = Directory.CreateDirectory(_model.File("documents")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "below"));
        File.WriteAllText(Path.Combine(_folder, "farm.md"), "the farmer sleeps .\nthe trees near the farmer\nnobody knows why .\n");
        File.WriteAllText(Path.Combine(_folder, "below", "trees.txt"), "the trees\n");
        Bigs.Run("index", _folder, "--model", _model.Folder).Succeeded();
        File.WriteAllText(_model.File("secret.txt"), "the secret\n");
        File.WriteAllText(Path.Combine(_folder, "later.txt"), "not in the index\n");
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(BigsProgram).Assembly.Location, "mcp", _folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    [Fact]
    public async Task AnAgentSearchesAndReads()
    {
        JsonElement server = await AskAsync("initialize", new { protocolVersion = "2025-06-18", capabilities = new { }, clientInfo = new { name = "test", version = "1" } });
        Assert.Equal("bigs", server.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        await SendAsync(new { jsonrpc = "2.0", method = "notifications/initialized" });
        JsonElement[] tools = [.. (await AskAsync("tools/list", new { })).GetProperty("result").GetProperty("tools").EnumerateArray()];
        Assert.Equal(["read", "search"], tools.Select(tool => tool.GetProperty("name").GetString()).Order());
        Assert.All(tools, tool => Assert.True(tool.GetProperty("annotations").GetProperty("readOnlyHint").GetBoolean()));

        foreach (string mode in (string[])["hybrid", "keyword", "vector"])
        {
            JsonElement found = JsonDocument.Parse(await CallAsync("search", new { question = "nobody knows", top = 1, mode })).RootElement.GetProperty("passages");
            Assert.Equal(1, found.GetArrayLength());
            Assert.Equal(1, found[0].GetProperty("line").GetInt32());
            if (mode != "hybrid") // where either ranking may have found the first
            {
                Assert.Equal(mode == "vector", !found[0].TryGetProperty("keyword_rank", out _));
            }
        }

        Assert.Equal("farm.md", JsonDocument.Parse(await CallAsync("search", new { question = "nobody", mode = "keyword" })).RootElement.GetProperty("passages")[0].GetProperty("file").GetString());
        Assert.Equal("farm.md, lines 2 to 3 of 3\nthe trees near the farmer\nnobody knows why .", await CallAsync("read", new { file = "farm.md", line = 2 }));
        Assert.Equal("below/trees.txt, lines 1 to 1 of 1\nthe trees", await CallAsync("read", new { file = "below/trees.txt", lines = 1 }));

        foreach (string outside in (string[])["../secret.txt", "below/../../secret.txt", _model.File("secret.txt"), "later.txt", "./farm.md", "below/../farm.md", ".bigs-index.db", "/etc/hostname"])
        {
            Assert.Equal($"{outside}: not in the index; expected a file as search names it", await CallAsync("read", new { file = outside }, fails: true));
        }

        File.Delete(Path.Combine(_folder, "below", "trees.txt"));
        File.CreateSymbolicLink(Path.Combine(_folder, "below", "trees.txt"), _model.File("secret.txt"));
        Assert.Contains("a link", await CallAsync("read", new { file = "below/trees.txt" }, fails: true), StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, "farm.md"));
        Assert.Contains("no more in the folder", await CallAsync("read", new { file = "farm.md" }, fails: true), StringComparison.Ordinal);

        Assert.Equal("top is 0; expected 1 to 50", await CallAsync("search", new { question = "trees", top = 0 }, fails: true));
        Assert.StartsWith("mode is \"magic\"; expected", await CallAsync("search", new { question = "trees", mode = "magic" }, fails: true), StringComparison.Ordinal);
        Assert.StartsWith("question is empty", await CallAsync("search", new { question = " " }, fails: true), StringComparison.Ordinal);
        Assert.Contains("question", await CallAsync("search", new { }, fails: true), StringComparison.Ordinal);
        Assert.Contains("another kind", await CallAsync("search", new { question = "trees", top = "many" }, fails: true), StringComparison.Ordinal);
        Assert.Contains("\"line\"", $"\"{(await CallAsync("read", new { file = "farm.md", line = 0 }, fails: true)).Split(' ')[0]}\"", StringComparison.Ordinal);
        Assert.True((await AskAsync("tools/call", new { name = "delete", arguments = new { } })).TryGetProperty("error", out _));
        await _process.StandardInput.WriteLineAsync("this is no JSON");
        Assert.True((await AskAsync("tools/list", new { })).TryGetProperty("result", out _));

        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(Patience));
        Assert.Equal(0, _process.ExitCode);
        Assert.StartsWith($"serving {_folder} to agents: ", await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotIndexedIsRefused()
    {
        Bigs.Run("mcp", _model.File("nowhere")).FailedWith(1, "there is no such folder");
        Bigs.Run("mcp", Directory.CreateDirectory(_model.File("bare")).FullName).FailedWith(1, "there is no index here");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _model.Dispose();
    }

    /// <summary>The text that a tool answers with.</summary>
    private async Task<string> CallAsync(string tool, object arguments, bool fails = false)
    {
        JsonElement result = (await AskAsync("tools/call", new { name = tool, arguments })).GetProperty("result");
        string text = result.GetProperty("content")[0].GetProperty("text").GetString()!;
        Assert.True(fails == (result.TryGetProperty("isError", out JsonElement failed) && failed.GetBoolean()), text);
        return text;
    }

    /// <summary>Every line of standard output is a message; the answer is the one with the request's number.</summary>
    private async Task<JsonElement> AskAsync(string method, object parameters)
    {
        int id = ++_asked;
        await SendAsync(new { jsonrpc = "2.0", id, method, @params = parameters });
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience) is { } line)
        {
            JsonElement message = JsonDocument.Parse(line).RootElement;
            if (message.TryGetProperty("id", out JsonElement of) && of.ValueKind == JsonValueKind.Number && of.GetInt32() == id)
            {
                return message;
            }
        }

        throw new InvalidOperationException($"no answer to {method}: {await _process.StandardError.ReadToEndAsync()}");
    }

    private async Task SendAsync(object message)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(message));
        await _process.StandardInput.FlushAsync();
    }
}

using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using BiGS.Cli.Bench;
using BiGS.Cli.Tests.Commands;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Cli.Tests.Server;

/// <summary>The command as a process of its own.</summary>
public class ServerProcessTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>SIGTERM: what is under way is answered, and the process ends well.</summary>
    [Fact]
    public async Task AskedToEndItAnswersWhatIsUnderWay()
    {
        using var model = new SmallModel();
        using ServerProcess server = ServerProcess.Start("--model", model.Folder);
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Single((await http.GetFromJsonAsync<Served>("/info", Now))!.Models);
        var content = new HeldContent("""{"inputs": "the farmer"}""");
        Task<HttpResponseMessage> request = http.PostAsync("/embed", content, Now);
        await content.Begun;
        Task<int> stopped = Task.Run(server.Stop, Now);
        while (await IsListening(server.Address))
        {
            await Task.Delay(10, Now);
        }

        content.LetGo();
        using HttpResponseMessage response = await request;
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        Assert.Equal(16, (await response.Content.ReadFromJsonAsync<float[][]>(Now))![0].Length);
        Assert.Equal(0, await stopped);
    }

    /// <summary>What a large batch takes goes back to the system when it is computed, and is not kept for the next.</summary>
    [Fact]
    public async Task MemoryOfLargeBatchesIsGivenBack()
    {
        const double MostMegabytes = 110; // about 70; 150 to 190 where the allocator keeps what it had once
        using ServerProcess server = ServerProcess.Start("--model", ShippedModel.Folder);
        using var http = new HttpClient { BaseAddress = server.Address };
        async Task Embed(int texts, int words)
        {
            using HttpResponseMessage response = await http.PostAsJsonAsync("/embed", new { inputs = Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("river", words)), texts) }, Now);
            response.EnsureSuccessStatusCode();
        }

        async Task<double> Megabytes() => double.Parse(
            Regex.Match(await http.GetStringAsync("/metrics", Now), @"^process_resident_memory_bytes (\S+)", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture) / (1 << 20);
        await Embed(texts: 1, words: 16);
        double before = await Megabytes();
        for (int i = 0; i < 3; i++)
        {
            await Task.WhenAll(Embed(texts: 32, words: 40 * (i + 1)), Embed(texts: 7, words: 100));
        }

        Assert.InRange(await Megabytes() - before, 0, MostMegabytes);
    }

    [Fact]
    public void ABenchTellsWhatItSaw()
    {
        using var model = new SmallModel();
        System.Text.Json.JsonElement figures = Bigs.Run("bench", "serve", "--model", model.Folder, "--seconds", "2", "--clients", "8", "--json").Succeeded().Objects[0];
        Assert.Equal(0, figures.GetProperty("failed").GetInt32());
        Assert.True(figures.GetProperty("requests").GetInt32() > 0);
        Assert.True(figures.GetProperty("refused_with_429").GetInt32() > 0);
    }

    [Fact]
    public async Task WhatCannotStartSaysWhy()
    {
        Bigs.Run("serve", "--model", "no-such-folder").FailedWith(1, "no-such-folder");
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        Bigs.Run("serve", "--model", model.Folder, "--port", $"{server.Address.Port}").FailedWith(1, "in use", "choose another --port");
        Outcome unfound = Bigs.Run("serve", "--model", model.Folder, "--index", model.File("none"), "--port", "0");
        unfound.FailedWith(1, "there is no index here", "bigs index");
        Assert.DoesNotContain("--port", unfound.Errors);
    }

    private static async Task<bool> IsListening(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        try
        {
            using HttpResponseMessage response = await http.GetAsync("/health", Now);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private sealed record Served(object[] Models);
}

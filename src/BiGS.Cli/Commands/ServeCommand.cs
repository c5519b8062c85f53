using System.CommandLine;
using System.Net;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Search;
using BiGS.Server;
using BiGS.Weights;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace BiGS.Cli.Commands;

internal static class ServeCommand
{
    public static Command Build(Terminal terminal)
    {
        var computing = new AnsweringOptions();
        var server = new ServeCommandOptions();
        Option<string[]> models = OptionFactory.Paths(
            "--model", $"{ModelPlace.Forms} (default {ShippedModel.Name}); each model answers what its head can, the first that can where a request names none");
        Option<string> index = OptionFactory.Text("--index", "PATH", "a folder that bigs index has read, or the file that it wrote, to search in; without --model, the model is the one that made it");
        Option<int?> threads = OptionFactory.Number("--threads", "threads that compute (default: as many as there are cores)", least: 1);
        Option<string> log = OptionFactory.Choice("--log", "what is told on standard error, a JSON object a line, never with the texts", "requests", "failures", "nothing");
        var command = new BigsCommand("serve", "Answer over HTTP, as clients of text-embeddings-inference and of OpenAI's embeddings ask, and fills, tags and answers. Ctrl-C or SIGTERM ends it once requests under way are answered, with exit code 0.",
            "bigs serve",
            "bigs serve --index notes",
            "bigs serve --model runs/mine --model runs/sst2 --port 0 --precision bf16")
        { models, index, threads, log };
        computing.AddComputingTo(command);
        server.AddTo(command);
        command.SetHandler(parse =>
        {
            if (!computing.UsesTorch(parse))
            {
                NativeSettings.ReturnMemory();
            }
            else if (parse.GetValue(threads) is int count)
            {
                torch.set_num_threads(count);
            }

            RunAsync(parse, computing, server, parse.GetValue(models), parse.GetValue(index), parse.GetValue(threads), Log(parse.GetValue(log)!, terminal), terminal).GetAwaiter().GetResult();
        });
        return command;
    }

    private static RequestLog? Log(string what, Terminal terminal) => what switch
    {
        "requests" => new RequestLog(terminal, RequestLog.All),
        "failures" => new RequestLog(terminal, RequestLog.Failures),
        _ => null,
    };

    /// <summary>Where no model is named: the one that made the index, else those that ship.</summary>
    private static string[] Usual(string? index) =>
        (index is null ? null : SearchIndex.ReadOptions(index)?.ModelPath) is { } made ? [made] : [ShippedModel.Folder, ShippedModel.EmbeddingFolder];

    /// <summary>Until the terminal is interrupted; then requests that are under way are finished.</summary>
    private static async Task RunAsync(
        ParseResult parse, AnsweringOptions computing, ServeCommandOptions server, string[]? given, string? index, int? threads, RequestLog? log, Terminal terminal)
    {
        HostingOptions hosting = server.Hosting(parse);
        BiGSModelOptions[] models = [.. (given is { Length: > 0 } ? given : Usual(index)).Select(name => Model(name, computing, threads, parse, terminal))];
        await using WebApplication app = ServeApplication.Build(
            hosting,
            options =>
            {
                server.Apply(parse, options);
                Array.ForEach(models, options.Models.Add);
                options.IndexPath = index;
            },
            log);
        ServedModels served = app.Services.GetRequiredService<ServedModels>();
        terminal.Warn(served.All.SelectMany(model => model.Pipelines.Warnings));
        if (app.Services.GetRequiredService<IOptions<BiGSServerOptions>>().Value.ApiKey is null && !IPAddress.IsLoopback(hosting.Host))
        {
            terminal.Warn([$"{hosting.Host} is more than this machine, and no --api-key is set: whoever reaches it is answered"]);
        }

        try
        {
            await app.StartAsync(terminal.Interrupted);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new IOException($"{taken.Message.TrimEnd('.')}; choose another --port, or 0 for one that is free", taken);
        }

        terminal.Note($"serving {string.Join(", ", served.All.Select(model => model.Name))} on {string.Join(", ", app.Urls)}; Ctrl-C stops");
        await Task.Delay(Timeout.Infinite, terminal.Interrupted).ContinueWith(_ => { }, TaskScheduler.Default);
        terminal.Note("stopping: requests that are under way are finished, new ones are not taken");
        await app.StopAsync(CancellationToken.None);
        terminal.Note("stopped");
    }

    /// <summary>A folder is called by its own name, a model of the hub by its whole name.</summary>
    private static BiGSModelOptions Model(string given, AnsweringOptions computing, int? threads, ParseResult parse, Terminal terminal)
    {
        ModelPlace place = ModelPlace.Of(given, terminal);
        return new BiGSModelOptions(place.Folder, Path.Exists(given) ? null : given, computing.OpenOptions(parse, place, threads));
    }
}

using System.CommandLine;
using System.Net;
using BiGS.Checkpoints;
using BiGS.Cli.Console;
using BiGS.Cli.Server;
using Microsoft.AspNetCore.Builder;
using TorchSharp;

namespace BiGS.Cli.Commands;

internal static class ServeCommand
{
    private static readonly ServerOptions Usual = new();

    public static Command Build(Terminal terminal)
    {
        var computing = new ModelOptions();
        Option<string[]> models = Values.Paths("--model", "folders of models, each does what its head can (default: the small English model that comes with bigs)");
        Option<string> host = Values.Text("--host", "ADDRESS", $"the address to listen on (default {Usual.Host}, which only this machine reaches)");
        Option<int?> port = Values.Number("--port", $"the port to listen on; 0 takes one that is free (default {Usual.Port})", least: 0);
        Option<int?> threads = Values.Number("--threads", "threads that compute (default: as many as cores)", least: 1);
        var command = new Verb("serve", "Answer over HTTP: embeddings, fills, classes, tags and answers, as clients of text-embeddings-inference and OpenAI ask for them.",
            "bigs serve",
            "bigs serve --model runs/mine --model runs/sst2 --port 0")
        { models, host, port, threads };
        computing.AddComputingTo(command);
        command.Runs(parse =>
        {
            if (parse.GetValue(threads) is int count)
            {
                torch.set_num_threads(count);
            }

            string[] given = parse.GetValue(models) is { Length: > 0 } some ? some : [ShippedModel.Folder];
            using var served = new ServedModels([.. given.Select(path =>
            {
                ModelPlace place = ModelPlace.Of(path, terminal);
                return new ServedModel(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), place.Folder, place.TokenizerFolder, computing.HowToOpen(parse), computing.Precision(parse));
            })]);
            terminal.Warn(served.All.SelectMany(model => model.Warnings));
            var options = new ServerOptions
            {
                Host = parse.GetValue(host) is { } address ? IPAddress.Parse(address) : Usual.Host,
                Port = parse.GetValue(port) ?? Usual.Port,
            };
            Serve(served, options, terminal).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task Serve(ServedModels models, ServerOptions options, Terminal terminal)
    {
        await using WebApplication app = TextServer.Build(models, options);
        await app.StartAsync(terminal.Interrupted);
        terminal.Note($"serving {string.Join(", ", models.All.Select(model => model.Name))} on {string.Join(", ", app.Urls)}; Ctrl-C stops");
        await Task.Delay(Timeout.Infinite, terminal.Interrupted).ContinueWith(_ => { }, TaskScheduler.Default);
        terminal.Note("stopping: requests under way are finished");
        using var drain = new CancellationTokenSource(options.DrainLimit);
        await app.StopAsync(drain.Token);
    }
}

using System.CommandLine;
using System.Net;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Server;
using BiGS.Weights;
using Microsoft.AspNetCore.Builder;
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
        Option<int?> threads = OptionFactory.Number("--threads", "threads that compute (default: as many as there are cores)", least: 1);
        Option<string> log = OptionFactory.Choice("--log", "what is told on standard error, a JSON object a line, never with the texts", "requests", "failures", "nothing");
        var command = new BigsCommand("serve", "Answer over HTTP, as clients of text-embeddings-inference and of OpenAI's embeddings ask, and fills, tags and answers. Ctrl-C or SIGTERM ends it once requests under way are answered, with exit code 0.",
            "bigs serve",
            "bigs serve --model runs/mine --model runs/sst2 --port 0 --precision bf16")
        { models, threads, log };
        computing.AddComputingTo(command);
        server.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(threads) && computing.IsOnnx(result))
            {
                result.AddError("--threads is libtorch's; ONNX Runtime takes as many as there are cores");
            }
        });
        command.SetHandler(parse =>
        {
            if (parse.GetValue(threads) is int count)
            {
                torch.set_num_threads(count);
            }

            ServerOptions options = server.Read(parse);
            var metrics = new ServerMetrics(options);
            Precision precision = computing.Precision(parse);
            string[] given = parse.GetValue(models) is { Length: > 0 } some ? some : [ShippedModel.Folder];
            using var served = new ServedModels(
                ModelNames.Of(given).Zip(given, (name, path) => (name, Open(ModelPlace.Of(path, terminal), computing, parse), precision)),
                options.MaxBatchTokens, metrics);
            terminal.Warn(served.All.SelectMany(model => model.Pipelines.Warnings));
            ServeAsync(served, options, metrics, Log(parse.GetValue(log)!, terminal), terminal).GetAwaiter().GetResult();
        });
        return command;
    }

    private static ModelPipelines Open(ModelPlace place, AnsweringOptions computing, ParseResult parse) =>
        ModelPipelines.Open(place.Folder, computing.OpenOptions(parse, place));

    private static RequestLog? Log(string what, Terminal terminal) => what switch
    {
        "requests" => new RequestLog(terminal, RequestLog.All),
        "failures" => new RequestLog(terminal, RequestLog.Failures),
        _ => null,
    };

    /// <summary>Until the terminal is interrupted; then requests that are under way are finished.</summary>
    private static async Task ServeAsync(ServedModels models, ServerOptions options, ServerMetrics metrics, RequestLog? log, Terminal terminal)
    {
        await using WebApplication app = TextServer.Build(models, options, metrics, log);
        if (options.ApiKey is null && !IPAddress.IsLoopback(options.Host))
        {
            terminal.Warn([$"{options.Host} is more than this machine, and no --api-key is set: whoever reaches it is answered"]);
        }

        try
        {
            await app.StartAsync(terminal.Interrupted);
        }
        catch (IOException taken)
        {
            throw new IOException($"{taken.Message.TrimEnd('.')}; choose another --port, or 0 for one that is free", taken);
        }

        terminal.Note($"serving {string.Join(", ", models.All.Select(model => model.Name))} on {string.Join(", ", app.Urls)}; Ctrl-C stops");
        await Task.Delay(Timeout.Infinite, terminal.Interrupted).ContinueWith(_ => { }, TaskScheduler.Default);
        terminal.Note("stopping: requests that are under way are finished, new ones are not taken");
        await app.StopAsync(CancellationToken.None);
        terminal.Note("stopped");
    }
}

using System.CommandLine;
using BiGS.Cli.Bench;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;

namespace BiGS.Cli.Commands;

/// <summary>A server under load, beside the library by itself.</summary>
internal static class BenchServeCommand
{
    private const int DefaultClients = 64;
    private const double DefaultSeconds = 30;

    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions();
        Option<int?> clients = OptionFactory.Number("--clients", $"how many send requests at once (default {DefaultClients})", least: 1);
        Option<double?> seconds = OptionFactory.Real("--seconds", $"how long they do (default {DefaultSeconds})");
        Option<bool> json = OptionFactory.Flag("--json", "the figures as one JSON object");
        var command = new BigsCommand("serve", "A server on this machine under load: latency, throughput beside the library's own, memory, and what it refuses when there is too much.",
            "bigs bench serve",
            "bigs bench serve --clients 64 --seconds 300 --precision bf16")
        { clients, seconds, json };
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            ModelPlace place = model.Place(parse, terminal);
            var bench = new ServerBench(
                place.Folder, [.. model.Said(parse)], parse.GetValue(clients) ?? DefaultClients, TimeSpan.FromSeconds(parse.GetValue(seconds) ?? DefaultSeconds));
            ServerFigures figures;
            using (ModelPipelines pipelines = ModelPipelines.Open(place.Folder, model.OpenOptions(parse, place)))
            using (ProgressLine line = terminal.Progress())
            {
                figures = bench.RunAsync(pipelines, new SynchronousProgress<string>(stage => line.Report(stage)), terminal.Interrupted).GetAwaiter().GetResult();
            }

            if (parse.GetValue(json))
            {
                ServerFiguresTable.WriteJson(figures, terminal);
            }
            else
            {
                terminal.Show(ServerFiguresTable.Of(figures));
            }
        });
        return command;
    }
}

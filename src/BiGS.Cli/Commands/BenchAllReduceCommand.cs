using System.CommandLine;
using BiGS.Cli.Bench;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

/// <summary>What the ranks' messages take on these machines: the two numbers that <c>plan</c> asks for.</summary>
internal static class BenchAllReduceCommand
{
    private const int DefaultRepeats = 21;
    private const double Giga = 1e9;
    private const double Mega = 1e6;
    private const double Micro = 1e-6;
    private const double Milli = 1e-3;

    public static Command Build(Terminal terminal)
    {
        var ranksOptions = new RanksOptions();
        Option<int[]> sizes = OptionFactory.Numbers("--kilobytes", "sizes of the messages", 4, 256, 4_096, 32_768);
        Option<string> device = DeviceChoice.Option();
        Option<int?> repeats = OptionFactory.Number("--repeats", $"sums of each size, of which the median counts (default {DefaultRepeats})", least: 1);
        Option<bool> json = OptionFactory.Flag("--json", "the figures as one JSON object");
        var command = new BigsCommand(
            "all-reduce",
            "How long the processes of a run take to add up their gradients, as bandwidth and latency for bigs plan. Started by mpirun or torchrun.",
            "mpirun -n 4 bigs bench all-reduce",
            "mpirun -n 2 bigs bench all-reduce --kilobytes 4,65536 --json");
        foreach (Option option in (IEnumerable<Option>)[sizes, .. ranksOptions.OfMessages, device, repeats, json])
        {
            command.Add(option);
        }

        command.SetHandler(parse =>
        {
            LaunchContext place = ranksOptions.Place(parse);
            if (place.WorldSize == 1)
            {
                throw new ArgumentException("there is one process, and nobody to send to; start several, such as: mpirun -n 2 bigs bench all-reduce");
            }

            ICommunicator ranks = ranksOptions.Join(parse, place, terminal, () => "nothing was measured.", _ => parse.GetValue(device)!);
            Device here = DeviceChoice.Of(parse.GetValue(device)!);
            here = here.type == TorchSharp.DeviceType.CUDA ? new Device(here.type, ranks.SelectGpu(cuda.device_count())) : here;
            int count = parse.GetValue(repeats) ?? DefaultRepeats;
            MessageTime[] times =
            [
                .. parse.GetRequiredValue(sizes).Distinct().Order()
                    .Select(kilobytes => MessageTime.Of(ranks, 1_000L * kilobytes, here, count)),
            ];
            if (ranks.Rank == 0)
            {
                Show(terminal, ranks, times, parse.GetValue(json));
            }

            ranks.Complete();
            ranks.Dispose();
        });
        return command;
    }

    private static void Show(Terminal terminal, ICommunicator ranks, MessageTime[] times, bool asJson)
    {
        AllReduceCost cost = MessageTime.Fit(times[0], times[^1], ranks.WorldSize);
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("ranks", ranks.Description);
                json.WriteNumber("bandwidth_gb_per_second", cost.BytesPerSecond / Giga);
                json.WriteNumber("latency_microseconds", cost.Latency / Micro);
                json.WriteStartArray("messages");
                foreach (MessageTime time in times)
                {
                    json.WriteStartObject();
                    json.WriteNumber("bytes", time.Bytes);
                    json.WriteNumber("seconds", time.Seconds);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        terminal.Show(new FigureTable(
            ranks.Description,
            [.. times.Select(time => (FormattableString.Invariant($"{time.Bytes / Mega:g4} MB"), FormattableString.Invariant($"{time.Seconds / Milli:f2}"), "ms"))],
            FormattableString.Invariant($"for bigs plan: --bandwidth {cost.BytesPerSecond / Giga:g3} --latency {cost.Latency / Micro:g3}")));
    }
}

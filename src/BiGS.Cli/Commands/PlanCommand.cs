using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Training;
using BiGS.Training.Distributed;
using BiGS.Training.Planning;

namespace BiGS.Cli.Commands;

/// <summary>What a pretraining run will take, before it is run: operations, time, memory, money, and the command.</summary>
internal static class PlanCommand
{
    private const double DefaultBandwidth = 25;
    private const double DefaultLatency = 10;
    private const double DefaultOverlap = 0.8;
    private const int DefaultBuckets = 8;
    private const double Giga = 1e9;
    private const double Micro = 1e-6;

    public static Command Build(Terminal terminal)
    {
        var options = new PretrainCommandOptions(terminal);
        var speed = new SpeedOptions();
        Option<int[]> ranks = OptionFactory.Numbers("--ranks", "devices that share the run, a row of the plan each", 1);
        Option<double?> bandwidth = OptionFactory.Positive("--bandwidth", $"GB a second from one device to the next (default {DefaultBandwidth:g})");
        Option<double?> latency = OptionFactory.Real("--latency", $"microseconds until a message arrives (default {DefaultLatency:g})");
        Option<double?> overlap = OptionFactory.Share("--overlap", $"the share of the backward pass that gradients can travel behind (default {DefaultOverlap:g})");
        Option<int?> buckets = OptionFactory.Number("--buckets", $"messages that the gradients are put into (default {DefaultBuckets})", least: 1);
        Option<double?> price = OptionFactory.Real("--price", "of a device for an hour, in any currency");
        Option<bool> json = OptionFactory.Flag("--json", "the plan as one JSON object");
        var command = new BigsCommand(
            "plan",
            "Operations, time, memory and cost of a pretraining run before it is run, on any number of devices, and its command.",
            "bigs plan --preset large --tokens 97B --ranks 8,16,32,64 --price 2.50",
            "bigs plan --preset large --tokens 11B --ranks 64 --tokens-per-second 150K --bandwidth 50 --latency 5",
            "bigs plan --preset small --measure --ranks 1,2,4 --json");
        foreach (Option option in (IEnumerable<Option>)[.. options.OfPlans, ranks, .. speed.All, bandwidth, latency, overlap, buckets, price, json])
        {
            command.Add(option);
        }

        options.AddRulesTo(command);
        speed.AddRulesTo(command);
        command.SetHandler(parse =>
        {
            PretrainingOptions run = options.Planned(parse);
            TrainingCost cost = TrainingCost.Estimate(run.Model, run.MaxLength, run.Masking.Rate, run.Training.Recompute);
            DeviceSpeed device = speed.Of(parse, () => options.WithPrecision(parse, run), cost, terminal);
            var plan = new RunPlan
            {
                BatchSize = run.BatchSize,
                Accumulate = run.Training.Accumulate,
                Length = run.MaxLength,
                Steps = run.Training.Steps,
                Parameters = ParameterCount.Compute(run.Model),
                TokensPerSecond = device.TokensPerSecond,
                AllReduce = new AllReduceCost(
                    Giga * (parse.GetValue(bandwidth) ?? DefaultBandwidth), Micro * (parse.GetValue(latency) ?? DefaultLatency), parse.GetValue(buckets) ?? DefaultBuckets),
                Overlap = parse.GetValue(overlap) ?? DefaultOverlap,
            };
            RankPlan[] on = [.. parse.GetRequiredValue(ranks).Distinct().Order().Select(plan.ForRanks)];
            string recipe = options.Recipe(parse, run, on[^1].Ranks);
            var report = new PlanReport(plan, cost, device, on, parse.GetValue(price), recipe);
            if (parse.GetValue(json))
            {
                terminal.Json(report.Write);
            }
            else
            {
                terminal.Show(report);
                terminal.Line("\n" + recipe); // in one line, whatever the width: it is there to be copied
            }
        });
        return command;
    }
}

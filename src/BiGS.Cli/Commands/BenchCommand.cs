using System.CommandLine;
using System.Text.Json;
using BiGS.Cli.Bench;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Cli.Plots;
using BiGS.Inference;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

/// <summary>Speed side by side, in one process, on the same libtorch.</summary>
internal static class BenchCommand
{
    private const int DefaultWidth = 768;
    private const int DefaultRepeats = 5;
    private const int DefaultTokens = 2_048;

    /// <summary>Where nobody asks for lengths, whole models stop here: the authors' logits at all positions would need tens of gigabytes.</summary>
    private const int LongestWhole = 4_096;

    private static readonly Dictionary<string, Work> Works = new()
    {
        ["layer-forward"] = Work.LayerForward,
        ["layer-train"] = Work.LayerTrain,
        ["step"] = Work.Step,
        ["inference"] = Work.Inference,
    };

    public static Command Build(Terminal terminal)
    {
        Option<string[]> what = OptionFactory.Choices("--what", "what to time", [.. Works.Keys]);
        Option<int[]> lengths = OptionFactory.Numbers("--lengths", "tokens of a row", 128, 512, 1_024, 4_096, 16_384);
        Option<int[]> tokens = OptionFactory.Numbers("--tokens", "tokens of a batch, at least one row; 1 for a single short query", DefaultTokens);
        Option<int?> width = OptionFactory.Number("--width", $"hidden size (default {DefaultWidth})", least: 16);
        Option<string[]> sides = OptionFactory.Choices("--sides", "who takes part", [.. BenchmarkSubject.Names]);
        Option<int?> repeats = OptionFactory.Number("--repeats", $"turns of each side that count (default {DefaultRepeats})", least: 1);
        Option<string> precision = OptionFactory.Choice(
            "--precision", "what all compute in; auto: ours in both, the authors' in fp32, attention and floor in bf16", "auto", "fp32", "bf16");
        Option<string> device = DeviceChoice.Option();
        Option<string> plot = OptionFactory.Text("--plot", "FILE", "draw time per token against length: a .png or .svg");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        Option<bool> json = OptionFactory.Flag("--json", "the results as one JSON object");
        var command = new BigsCommand(
            "bench",
            "Time ours, the authors' way, attention of equal size, and the floor: the same layer with the SSM left out; and answers by ONNX Runtime.",
            "bigs bench --what layer-train --lengths 128,512,4096",
            "bigs bench --what inference --sides ours,onnx,onnx-attention --lengths 128,512,2048 --tokens 1,8192",
            "bigs bench --lengths 128 --width 256 --repeats 3 --json");
        foreach (Option option in (Option[])[what, lengths, tokens, width, sides, repeats, precision, device, plot, overwrite, json])
        {
            command.Add(option);
        }

        command.Require(overwrite, plot);
        command.Add(BenchServeCommand.Build(terminal));
        command.Add(BenchMatmulCommand.Build(terminal));
        command.Add(BenchAllReduceCommand.Build(terminal));
        command.SetHandler(parse =>
        {
            string? picture = parse.GetValue(plot) is { } drawn ? Picture.Path(drawn, plot.Name, parse.GetValue(overwrite)) : null;
            Device on = DeviceChoice.Of(parse.GetValue(device)!);
            string[] asked = parse.GetRequiredValue(what);
            int[] rows = parse.GetRequiredValue(lengths);
            bool chosen = parse.GetResult(lengths) is { Implicit: false };
            List<BenchResult> results = [];
            using (ProgressLine line = terminal.Progress())
            {
                (Work Work, int Length, int Batch)[] rounds =
                [
                    .. from name in asked
                       from length in rows
                       where chosen || length <= LongestWhole || Works[name] is Work.LayerForward or Work.LayerTrain
                       from batch in parse.GetRequiredValue(tokens).Select(count => Math.Max(1, count / length)).Distinct()
                       select (Works[name], length, batch),
                ];
                for (int r = 0; r < rounds.Length; r++)
                {
                    (Work work, int length, int batch) = rounds[r];
                    line.Report($"{NameOf(work)} at {length} × {batch}", (double)r / rounds.Length);
                    var turns = new InterleavedBenchmark(
                        work, Contestants(work, parse.GetRequiredValue(sides), parse.GetValue(precision)!, on), batch, length,
                        parse.GetValue(width) ?? DefaultWidth, parse.GetValue(repeats) ?? DefaultRepeats, on);
                    results.AddRange(turns.Run(terminal.Interrupted));
                }
            }

            if (picture is not null)
            {
                BenchPlot.Save(results, picture);
                terminal.Note($"{picture}: time per token against length");
            }

            Show(results, on, parse.GetValue(json), terminal);
        });
        return command;
    }

    private static BenchmarkCase[] Contestants(Work work, string[] sides, string precision, Device device)
    {
        IEnumerable<Precision> Of(string side) => precision switch
        {
            _ when BenchmarkSubject.OwnPrecision(side) is not null => [Precision.Fp32],
            "fp32" => [Precision.Fp32],
            "bf16" when side != "authors" => [Precision.Bf16],
            _ => side switch
            {
                "ours" => [Precision.Bf16, Precision.Fp32],
                "authors" => [Precision.Fp32],
                _ => [Precision.Bf16],
            },
        };

        return [.. sides.Where(side => BenchmarkSubject.Does(side, work, device)).SelectMany(side => Of(side).Select(p => new BenchmarkCase(side, p)))];
    }

    private static string NameOf(Work work) => Works.First(named => named.Value == work).Key;

    private static void Show(List<BenchResult> results, Device device, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteString("processor", BiGS.Cli.Doctor.Processor.Name);
                json.WriteString("device", device.ToString());
                json.WriteNumber("threads", get_num_threads());
                json.WriteStartArray("results");
                results.ForEach(result => Write(json, result));
                json.WriteEndArray();
            });
        }
        else
        {
            terminal.Show(new BenchTable(results, NameOf));
        }
    }

    private static void Write(Utf8JsonWriter json, BenchResult result)
    {
        json.WriteStartObject();
        json.WriteString("what", NameOf(result.Work));
        json.WriteString("side", result.Subject);
        json.WriteString("precision", result.Precision);
        json.WriteNumber("length", result.Length);
        json.WriteNumber("batch", result.Batch);
        json.WriteNumber("width", result.Width);
        json.WriteNumber("seconds", result.Seconds);
        json.WriteNumber("tokens_per_second", Math.Round(result.TokensPerSecond, 1));
        json.WriteNumber("peak_bytes", result.PeakBytes);
        json.WriteEndObject();
    }
}

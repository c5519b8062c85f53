using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Bench;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

/// <summary>The device's matrix peak, as it is measured and not as it is sold.</summary>
internal static class BenchMatmulCommand
{
    private const int DefaultRepeats = 5;
    private const double Tera = 1e12;

    public static Command Build(Terminal terminal)
    {
        Option<int[]> sizes = OptionFactory.Numbers("--sizes", "n of n × n matrices", 1_024, 2_048, 4_096);
        Option<string> precision = OptionFactory.Choice("--precision", "what to multiply in", "bf16", "fp32");
        Option<string> device = DeviceChoice.Option();
        Option<int?> repeats = OptionFactory.Number("--repeats", $"runs of each size, of which the quickest counts (default {DefaultRepeats})", least: 1);
        Option<bool> json = OptionFactory.Flag("--json", "the figures as one JSON object");
        var command = new BigsCommand("matmul", "How many operations a second this device does in matrix products: the peak that training is measured by.",
            "bigs bench matmul",
            "bigs bench matmul --sizes 4096,8192,16384 --device cuda --json")
        { sizes, precision, device, repeats, json };
        command.SetHandler(parse =>
        {
            Device on = DeviceChoice.Of(parse.GetValue(device)!);
            ScalarType type = parse.GetValue(precision) == "fp32" ? ScalarType.Float32 : ScalarType.BFloat16;
            int[] asked = parse.GetRequiredValue(sizes);
            List<MatrixThroughput> peaks = [];
            using (ProgressLine line = terminal.Progress())
            {
                foreach (int size in asked)
                {
                    line.Report($"multiplying {size:N0} × {size:N0}", (double)peaks.Count / asked.Length);
                    peaks.Add(MatrixThroughput.Of(size, type, on, parse.GetValue(repeats) ?? DefaultRepeats, terminal.Interrupted));
                }
            }

            double best = peaks.Max(peak => peak.OperationsPerSecond) / Tera;
            if (parse.GetValue(json))
            {
                terminal.Json(json =>
                {
                    json.WriteString("device", on.ToString());
                    json.WriteString("precision", parse.GetValue(precision));
                    json.WriteNumber("peak_tflops", best);
                    json.WriteStartObject("tflops");
                    peaks.ForEach(peak => json.WriteNumber(peak.Size.ToString(CultureInfo.InvariantCulture), peak.OperationsPerSecond / Tera));
                    json.WriteEndObject();
                });
            }
            else
            {
                terminal.Show(new FigureTable(
                    FormattableString.Invariant($"{best:n2} TFLOP/s in {parse.GetValue(precision)} on {on}"),
                    [.. peaks.Select(peak => ($"{peak.Size} × {peak.Size}", FormattableString.Invariant($"{peak.OperationsPerSecond / Tera:n2}"), "TFLOP/s"))],
                    "the quickest run of each size"));
            }
        });
        return command;
    }
}

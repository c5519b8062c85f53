using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Training;
using BiGS.Training.Planning;
using static TorchSharp.torch;

namespace BiGS.Cli.Options;

/// <summary>The ways to say how fast a device trains: given, measured here, or derived from its peak.</summary>
internal sealed class SpeedOptions
{
    /// <summary>Of NVIDIA's H100 (SXM), in bf16 without sparsity: what is assumed where nothing else is said.</summary>
    private const double AssumedPeak = 989;

    /// <summary>The share of the peak that this project aims at.</summary>
    private const double AssumedUtilisation = 0.45;
    private const int DefaultRows = 8;
    private const double Tera = 1e12;

    private readonly Option<double?> _speed = OptionFactory.Positive("--tokens-per-second", "what one device trains on, as the log of a run says", suffixes: true);
    private readonly Option<bool> _measure = OptionFactory.Flag("--measure", "time a few steps here, and plan with devices like this one");
    private readonly Option<int?> _rows = OptionFactory.Number("--measure-rows", $"rows of a step that is timed (default {DefaultRows})", least: 1);
    private readonly Option<double?> _peak = OptionFactory.Positive("--peak-tflops", $"10¹² operations a second that a device can do at most (default {AssumedPeak:g}: an H100, bf16)");
    private readonly Option<double?> _utilisation = OptionFactory.Share("--utilisation", $"the share of the peak that training reaches (default {AssumedUtilisation:g})");

    public IEnumerable<Option> All => [_speed, _measure, _rows, _peak, _utilisation];

    public void AddRulesTo(Command command) => command.Require(_rows, _measure);

    /// <exception cref="ArgumentException">Two ways at once.</exception>
    /// <param name="parse">The command line.</param>
    /// <param name="run">What is trained, with all decided that only a measurement needs.</param>
    /// <param name="cost">Of a token.</param>
    /// <param name="terminal">Shows how far measuring has come, and may interrupt.</param>
    public DeviceSpeed Of(ParseResult parse, Func<PretrainingOptions> run, TrainingCost cost, Terminal terminal)
    {
        bool derived = (parse.GetValue(_peak) ?? parse.GetValue(_utilisation)) is not null;
        if ((parse.GetValue(_speed) is not null ? 1 : 0) + (parse.GetValue(_measure) ? 1 : 0) + (derived ? 1 : 0) > 1)
        {
            throw new ArgumentException(
                $"{_speed.Name}, {_measure.Name}, and {_peak.Name} with {_utilisation.Name} are three ways to say how fast a device is; choose one of them.");
        }

        return parse.GetValue(_speed) is { } given ? new DeviceSpeed(given, "as given")
            : parse.GetValue(_measure) ? Measured(run(), parse.GetValue(_rows) ?? DefaultRows, terminal)
            : Derived(parse.GetValue(_peak) ?? AssumedPeak, parse.GetValue(_utilisation) ?? AssumedUtilisation, cost, derived);
    }

    private static DeviceSpeed Measured(PretrainingOptions run, int rows, Terminal terminal)
    {
        Device device = DeviceChoice.Of(run.Device);
        using ProgressLine line = terminal.Progress();
        double speed = StepTime.TokensPerSecond(run, rows, device, new SynchronousProgress<double>(done => line.Report("timing steps", done)), terminal.Interrupted);
        return new DeviceSpeed(speed, $"measured here, on {device.ToString()} in {run.Training.Precision.ToString().ToLowerInvariant()}, in steps of {rows} × {run.MaxLength} tokens");
    }

    private static DeviceSpeed Derived(double peak, double utilisation, TrainingCost cost, bool isGiven) => new(
        utilisation * peak * Tera / cost.PerToken,
        FormattableString.Invariant($"{100 * utilisation:g3} % of {peak:g} TFLOP/s")
            + (isGiven ? "" : ", which is assumed: give --tokens-per-second of your devices, or --measure on one"));
}

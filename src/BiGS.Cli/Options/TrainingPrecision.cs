using System.CommandLine;
using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Training;

namespace BiGS.Cli.Options;

/// <summary>What a training computes in: one option for every verb that trains with the loop.</summary>
/// <param name="description">Whose precision it is.</param>
internal sealed class TrainingPrecision(string description)
{
    private const string Auto = "auto";

    public Option<string> Option { get; } = OptionFactory.Choice("--precision", description, Auto, "fp32", "bf16");

    /// <summary>What is given; without it, and for “auto”, what the run has.</summary>
    public Precision Over(Precision stored, ParseResult parse) => parse.ValueIfGiven(Option) switch
    {
        "fp32" => Precision.Fp32,
        "bf16" => Precision.Bf16,
        _ => stored,
    };

    /// <summary>“auto” is decided once, here, and written down with the run.</summary>
    /// <param name="training">Of a new run.</param>
    /// <param name="device">What the run computes on.</param>
    /// <param name="parse">The command line.</param>
    /// <exception cref="InvalidOperationException">The device is not here.</exception>
    public TrainingOptions Decided(TrainingOptions training, string device, ParseResult parse) => parse.GetValue(Option) == Auto
        ? training with { Precision = FastPrecision.Select(DeviceChoice.Of(device)).Precision }
        : training;
}

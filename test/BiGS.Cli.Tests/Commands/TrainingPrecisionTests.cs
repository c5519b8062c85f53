using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Commands;

[Collection(TorchGlobals.Name)]
public class TrainingPrecisionTests
{
    /// <summary>The default is what help says: the device decides, not the recipe.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--precision auto")]
    public void ANewRunComputesInWhatTheDeviceIsFastIn(string line)
    {
        (TrainingPrecision precision, ParseResult parse) = Parsed(line);
        Assert.Equal(FastPrecision.Select(new Device("cpu")).Precision, precision.Decided(Recipe, "cpu", parse).Precision);
        Assert.Equal(Recipe.Precision, precision.Over(Recipe.Precision, parse)); // a run that goes on has decided
    }

    [Theory]
    [InlineData("--precision bf16", Precision.Bf16)]
    [InlineData("--precision fp32", Precision.Fp32)]
    public void WhatIsGivenCounts(string line, Precision expected)
    {
        (TrainingPrecision precision, ParseResult parse) = Parsed(line);
        TrainingOptions given = Recipe with { Precision = precision.Over(Recipe.Precision, parse) };
        Assert.Equal(expected, precision.Decided(given, "cpu", parse).Precision);
    }

    /// <summary>Computes in what no device would choose.</summary>
    private static readonly TrainingOptions Recipe = new() { Precision = Precision.Fp64 };

    private static (TrainingPrecision Precision, ParseResult Parse) Parsed(string line)
    {
        var precision = new TrainingPrecision("what to compute in");
        return (precision, new Command("x") { precision.Option }.Parse(line));
    }
}

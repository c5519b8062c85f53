using System.Text.Json;
using BiGS.Cli.Bench;
using BiGS.Cli.Tests.Commands;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Bench;

/// <summary>What the bench compares does the same work, and its figures come out as they are promised.</summary>
public class SidesTests
{
    [Fact]
    public void TheAuthorsLayerComputesWhatOursComputes()
    {
        const int Width = 16;
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var config = new BiGSConfig { HiddenSize = Width, IntermediateSize = 3 * Width, StateSize = 8, HiddenDropoutProb = 0, InitializerRange = 0.2 };
        var model = new BiGSForMaskedLM(config with { NumHiddenLayers = 1 }, SsmRoutes.Auto);
        model.Initialize(4);
        Block ours = model.Bigs.Layers.Single();
        var authors = new ReferenceLayer(Width, stateSize: 8);
        var weights = ours.named_parameters().ToDictionary(p => p.name.Replace("kernel.", "", StringComparison.Ordinal), p => p.parameter);
        Assert.Equal(weights.Keys.Order(), authors.named_parameters().Select(p => p.name).Order());
        foreach ((string name, var parameter) in authors.named_parameters())
        {
            parameter.copy_(weights[name]);
        }

        Tensor x = randn(2, 37, Width); // (b, l, d)
        Distance.Within(1e-4, authors.forward(x), ours.forward(x.transpose(0, 1).contiguous(), null).transpose(0, 1), "layer");
    }

    [Fact]
    public void EverySideDoesEveryWork()
    {
        Outcome outcome = Bigs.Run("bench", "--lengths", "16,600", "--width", "32", "--repeats", "1", "--json").Succeeded();
        using var json = JsonDocument.Parse(outcome.Output);
        JsonElement[] results = [.. json.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal((4 * 2 * 6) + (2 * 4), results.Length); // exported models only answer
        Assert.Equal(
            ["inference", "layer-forward", "layer-train", "step"], results.Select(r => r.GetProperty("what").GetString()!).Distinct().Order());
        Assert.Equal(["attention", "authors", "floor", "hydra", "onnx", "onnx-attention", "onnx-hydra", "onnx-int8", "ours"], results.Select(r => r.GetProperty("side").GetString()!).Distinct().Order());
        Assert.All(results, result =>
        {
            double tokens = result.GetProperty("length").GetInt32() * result.GetProperty("batch").GetInt32();
            Assert.Equal(tokens / result.GetProperty("seconds").GetDouble(), result.GetProperty("tokens_per_second").GetDouble(), tolerance: 0.1);
            Assert.Equal(result.GetProperty("length").GetInt32() == 16 ? 128 : 3, result.GetProperty("batch").GetInt32());
        });
    }

    [Theory]
    [InlineData("--what", "layers", "--what names \"layers\"")]
    [InlineData("--sides", "ours,theirs", "--sides names \"theirs\"")]
    [InlineData("--lengths", "128,0", "--lengths has \"0\"")]
    public void WhatItDoesNotKnowItNames(string option, string value, string expected)
    {
        Outcome outcome = Bigs.Run("bench", option, value);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(expected, outcome.Errors);
    }

    [Fact]
    public void ItDrawsTimeAgainstLength()
    {
        string file = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.svg");
        try
        {
            Bigs.Run("bench", "--what", "layer-forward", "--lengths", "16,32", "--width", "32", "--repeats", "1", "--plot", file).Succeeded();
            string drawing = File.ReadAllText(file);
            Assert.All(["time per token", "length (tokens)", "ours, bf16", "floor, bf16"], label => Assert.Contains(label, drawing));
        }
        finally
        {
            File.Delete(file);
        }
    }
}

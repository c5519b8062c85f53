using System.CommandLine;
using System.CommandLine.Parsing;
using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Inference;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>Which model, and how it computes: the options that every verb with a model shares.</summary>
/// <param name="usual">Which model it is where none is named, in words.</param>
/// <param name="hasInt8">Whether the verb can compute in eight bits.</param>
internal sealed class ModelOptions(string usual = ShippedModel.Name, bool hasInt8 = false)
{
    private const string Auto = "auto";
    private const string Int8 = "int8";

    private static readonly string[] Precisions = [Auto, "fp32", "bf16", "fp64"];

    private readonly Option<string> _model = OptionFactory.Text(
        "--model", "MODEL", $"{ModelPlace.Forms} (default {usual})");

    private readonly Option<string> _precision = OptionFactory.Choice("--precision", "what to compute in", hasInt8 ? [.. Precisions, Int8] : Precisions);
    private readonly Option<string> _device = DeviceChoice.Option();
    private readonly Option<string> _route = OptionFactory.Choice("--route", "how the state-space layers are applied", [.. SsmRoutes.Names]);

    /// <summary>The shape that a config.json names, for a model that is to be made.</summary>
    public static BiGSConfig ReadShape(string path)
    {
        InputFile.Require(path, "a config.json");
        return ConfigFile.Parse(File.ReadAllText(path), path, ConfigOrigin.Native).Config;
    }

    /// <summary>Which model.</summary>
    public Option Model => _model;

    /// <summary>How to compute.</summary>
    public IReadOnlyList<Option> Computing => [_precision, _device, _route];

    public void AddTo(Command command)
    {
        command.Add(_model);
        AddComputingTo(command);
    }

    /// <summary>How to compute, without which model: for a verb that takes several.</summary>
    public void AddComputingTo(Command command)
    {
        foreach (Option option in Computing)
        {
            command.Add(option);
        }
    }

    /// <summary>Where the model is; a model of the hub is fetched first.</summary>
    /// <inheritdoc cref="ModelPlace.Of"/>
    /// <param name="parse">The command line.</param>
    /// <param name="terminal">Shows how far fetching has come.</param>
    /// <param name="otherwise">Where no model is given; null for the usual one.</param>
    public ModelPlace Place(ParseResult parse, Terminal terminal, string? otherwise = null) =>
        ModelPlace.Of(parse.GetValue(_model) ?? otherwise ?? ShippedModel.FolderOf(ShippedModel.IsName(usual) ? usual : ShippedModel.Name), terminal);

    /// <summary>The model that is named, by a path from anywhere if it is on this machine; null where none is.</summary>
    public string? Given(ParseResult parse) => parse.GetValue(_model) is { } given && Path.Exists(given) ? Path.GetFullPath(given) : parse.GetValue(_model);

    /// <summary>The folder that is named, while the command line is still being read; null where none is, or the model is not on this machine.</summary>
    public string? LocalFolder(CommandResult result) => result.GetValue(_model) is { } given && Directory.Exists(given) ? given : null;

    /// <summary>How libtorch is to compute.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="auto">The precision that "auto" stands for.</param>
    /// <exception cref="InvalidOperationException">A GPU is asked for and there is none.</exception>
    public TorchOptions TorchOptions(ParseResult parse, Precision auto = BiGS.Inference.Precision.Fp32) => new()
    {
        Device = DeviceChoice.Of(parse.GetValue(_device)!),
        Precision = Precision(parse, auto),
        Route = SsmRoutes.Get(parse.GetValue(_route)!),
    };

    /// <summary>libtorch, as the command line wants it.</summary>
    /// <inheritdoc cref="TorchOptions"/>
    public IInferenceBackend TorchBackend(ParseResult parse) => new TorchBackend(TorchOptions(parse));

    /// <summary>What on the command line only libtorch does; null for nothing.</summary>
    public string? LibtorchOnly(CommandResult result) =>
        Given(result, _route) is { } route and not Auto ? $"{_route.Name} {route}"
        : Given(result, _device) is DeviceChoice.Cuda ? $"{_device.Name} {DeviceChoice.Cuda}"
        : Given(result, _precision) is { } precision and ("bf16" or "fp64") ? $"{_precision.Name} {precision}"
        : null;

    /// <summary>Whether the command line asks for eight bits.</summary>
    public bool IsInt8(CommandResult result) => Given(result, _precision) == Int8;

    /// <param name="parse">The command line.</param>
    /// <param name="auto">What "auto" stands for.</param>
    public Precision Precision(ParseResult parse, Precision auto = BiGS.Inference.Precision.Fp32) => parse.GetValue(_precision) switch
    {
        "fp32" => BiGS.Inference.Precision.Fp32,
        "bf16" => BiGS.Inference.Precision.Bf16,
        "fp64" => BiGS.Inference.Precision.Fp64,
        Int8 => BiGS.Inference.Precision.Int8,
        _ => auto,
    };

    /// <summary>Opens the model and says what its files lacked.</summary>
    public HeadedModel Open(ModelPlace place, ParseResult parse, Terminal terminal, Precision auto = BiGS.Inference.Precision.Fp32)
    {
        OpenedCheckpoint opened = CheckpointFolder.Open(place.Folder, TorchOptions(parse, auto));
        terminal.Warn(opened.Warnings);
        return opened.Model;
    }

    private static string? Given(CommandResult result, Option option) => result.GetResult(option)?.Tokens is [{ Value: var value }] ? value : null;
}

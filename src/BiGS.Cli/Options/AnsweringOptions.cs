using System.CommandLine;
using System.CommandLine.Parsing;
using BiGS.Cli.Output;
using BiGS.Inference;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>
/// Which model answers, and what computes it: libtorch a checkpoint, by a route, on a device, in a precision; or ONNX Runtime an exported model, as it
/// is. Nothing here wakes libtorch where it is not asked for.
/// </summary>
/// <param name="needsHead">Whether only a fine-tuned model answers, so that the one that ships with bigs cannot.</param>
internal sealed class AnsweringOptions(bool needsHead = false)
{
    private const string Onnx = "onnx";

    private readonly ModelOptions _model = needsHead ? new($"{ShippedModel.Name}, which is not fine-tuned: name a folder that bigs finetune wrote") : new();
    private readonly Option<string> _backend = OptionFactory.Choice("--backend", "what computes; onnx takes what bigs export wrote, and needs no libtorch", "libtorch", Onnx);

    /// <summary>Which model, and how libtorch computes it.</summary>
    public ModelOptions Model => _model;

    /// <summary>What computes.</summary>
    public Option Backend => _backend;

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        AddBackendTo(command);
    }

    /// <summary>How to compute, without which model: for a verb that takes several.</summary>
    public void AddComputingTo(Command command)
    {
        _model.AddComputingTo(command);
        AddBackendTo(command);
    }

    /// <inheritdoc cref="ModelOptions.Place"/>
    public ModelPlace Place(ParseResult parse, Terminal terminal) => _model.Place(parse, terminal);

    /// <inheritdoc cref="ModelOptions.OpenOptions"/>
    public OpenOptions OpenOptions(ParseResult parse, ModelPlace place) =>
        parse.GetValue(_backend) == Onnx ? new() { TokenizerFolder = place.TokenizerFolder } : _model.OpenOptions(parse, place);

    public Precision Precision(ParseResult parse) => _model.Precision(parse);

    /// <summary>What the command line says of computing, again: for a process that computes in the same way.</summary>
    public IEnumerable<string> Said(ParseResult parse) => _model.Computing.Append(_backend)
        .Where(option => parse.GetResult(option) is { Implicit: false }).SelectMany(option => (string[])[option.Name, parse.GetResult(option)!.Tokens[0].Value]);

    /// <summary>Whether ONNX Runtime computes, where the command line is still being looked at.</summary>
    public bool IsOnnx(CommandResult result) => result.GetResult(_backend)?.Tokens is [{ Value: Onnx }];

    private void AddBackendTo(Command command)
    {
        command.Add(_backend);
        command.Validators.Add(result =>
        {
            if (IsOnnx(result) && _model.Computing.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
            {
                result.AddError($"{given.Name} is libtorch's, and --backend is {Onnx}: an exported model is computed as it is, on the processor");
            }
        });
    }
}

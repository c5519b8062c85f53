using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Inference;
using BiGS.Search;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>
/// Which model answers, and what computes it: ONNX Runtime on the processor, in single precision or eight bits; or libtorch, by a route, on a device, in a
/// precision. Nothing here loads libtorch where it is not asked for.
/// </summary>
/// <param name="usual">Which model it is where none is named, in words.</param>
internal sealed class AnsweringOptions(string usual = ShippedModel.Name)
{
    /// <summary>Which model it is where none is named, for a verb that only a fine-tuned model answers.</summary>
    public const string NeedsHead = $"{ShippedModel.Name}, which is not fine-tuned: name a folder that bigs finetune wrote";

    private const string Auto = "auto";
    private const string Onnx = "onnx";
    private const string Torch = "torch";
    private const string TorchAsItWas = "libtorch";

    private readonly ModelOptions _model = new(usual, hasInt8: true);
    private readonly Option<string> _backend = OptionFactory.Choice(
        "--backend", "what computes; auto: onnx, or torch where another option or BIGS_LIBTORCH asks for it", [Auto, Onnx, Torch], renamed: (TorchAsItWas, Torch));

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
    public ModelPlace Place(ParseResult parse, Terminal terminal, string? otherwise = null) => _model.Place(parse, terminal, otherwise);

    /// <summary>How a pipeline is to be opened.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="place">Where the model is.</param>
    /// <param name="threads">Of ONNX Runtime; null for as many as there are cores. libtorch's are the process's.</param>
    /// <exception cref="InvalidOperationException">A GPU is asked for and there is none.</exception>
    public OpenOptions OpenOptions(ParseResult parse, ModelPlace place, int? threads = null) => new()
    {
        Backend = UsesTorch(parse) ? _model.TorchBackend(parse) : new OnnxBackend { Precision = _model.Precision(parse), Threads = threads },
        TokenizerFolder = place.TokenizerFolder,
    };

    /// <summary>Opens the model that made an index, or the one that is named; null where there is no index, as opening it says.</summary>
    /// <param name="path">Of the index.</param>
    /// <param name="parse">The command line.</param>
    /// <param name="terminal">Is told what the model lacks.</param>
    /// <param name="prompt">Which of the model's prompts stands before a question; null for its default one, if it has one.</param>
    public SearchModel? OpenSearchModel(string path, ParseResult parse, Terminal terminal, string? prompt = null)
    {
        if (SearchIndex.ReadOptions(path) is not { } made)
        {
            return null;
        }

        ModelPlace place = Place(parse, terminal, otherwise: made.ModelPath ?? ShippedModel.EmbeddingFolder);
        var opened = SearchModel.Open(place.Folder, OpenOptions(parse, place), prompt);
        terminal.Warn(opened.Warnings);
        return opened;
    }

    public Precision Precision(ParseResult parse) => _model.Precision(parse);

    /// <summary>What the command line says of computing, again: for a process that computes in the same way.</summary>
    public IEnumerable<string> Said(ParseResult parse) => _model.Computing.Append(_backend)
        .Where(option => parse.GetResult(option) is { Implicit: false }).SelectMany(option => (string[])[option.Name, parse.GetResult(option)!.Tokens[0].Value]);

    /// <summary>Whether libtorch computes: where it is named, or only it can do what is asked for; and where someone has brought a libtorch of their own, which is for a GPU.</summary>
    public bool UsesTorch(ParseResult parse) => parse.GetValue(_backend) switch
    {
        Auto => _model.LibtorchOnly(parse.CommandResult) is not null
            || (_model.Precision(parse) != BiGS.Inference.Precision.Int8 && Environment.GetEnvironmentVariable("BIGS_LIBTORCH") is { Length: > 0 }),
        var named => named == Torch,
    };

    private void AddBackendTo(Command command)
    {
        command.Add(_backend);
        command.Validators.Add(result =>
        {
            string backend = result.GetResult(_backend)?.Tokens is [{ Value: var named }] ? named : Auto;
            if (backend == Onnx && _model.LibtorchOnly(result) is { } option)
            {
                result.AddError($"{option} is for --backend {Torch}, and --backend is {Onnx}, which computes on the processor in fp32 or int8");
            }
            else if (backend is Torch or TorchAsItWas && _model.IsInt8(result))
            {
                result.AddError($"--precision int8 is for --backend {Onnx}, and --backend is {Torch}, which computes in fp32, bf16 or fp64");
            }
        });
    }
}

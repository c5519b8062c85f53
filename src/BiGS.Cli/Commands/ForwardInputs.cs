using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

/// <summary>
/// What <c>forward</c> reads, checked against the model, so that a wrong id is an error with a name and not a crash inside libtorch.
/// Integers may have any width; tensors of other names are left alone.
/// </summary>
internal sealed class ForwardInputs
{
    private readonly SafetensorsFile _file;
    private readonly string _path;
    private readonly HeadedModel _model;
    private readonly long[] _shape;

    /// <exception cref="InvalidDataException">The file's tensors do not fit the model.</exception>
    public ForwardInputs(SafetensorsFile file, string path, HeadedModel model)
    {
        _file = file;
        _path = path;
        _model = model;
        string[] known = ["input_ids", "attention_mask", "token_type_ids", "labels", "start_positions", "end_positions"];
        Require(file.Contains("input_ids"), $"there is no tensor \"input_ids\"; expected it, and any of {string.Join(", ", known[1..])}");
        _shape = file.Shape("input_ids");
        string expected = model is BiGSForMultipleChoice ? "(rows, choices, length)" : "(rows, length)";
        Require(
            _shape.Length == (model is BiGSForMultipleChoice ? 3 : 2) && Array.TrueForAll(_shape, size => size > 0),
            $"input_ids has the shape {Shown(_shape)}; a {model.Architecture} reads {expected}");
        Input = new ModelInput(
            Integers("input_ids", 0, model.Config.VocabSize - 1, "vocab_size"),
            file.Contains("attention_mask") ? Integers("attention_mask", 0, 1, "1 = text, 0 = padding") : null,
            file.Contains("token_type_ids") && model.Config.TypeVocabSize > 0 ? Integers("token_type_ids", 0, model.Config.TypeVocabSize - 1, "type_vocab_size") : null);
        Labels = ReadLabels();
    }

    public ModelInput Input { get; }

    /// <summary>Null where the file has none.</summary>
    public ModelLabels? Labels { get; }

    private ModelLabels? ReadLabels()
    {
        if (_model is BiGSForQuestionAnswering)
        {
            bool start = _file.Contains("start_positions");
            Require(start == _file.Contains("end_positions"), "start_positions and end_positions belong together, but one is missing");
            return start
                ? new ModelLabels(StartPositions: Positions("start_positions"), EndPositions: Positions("end_positions"))
                : null;
        }

        if (!_file.Contains("labels"))
        {
            return null;
        }

        int classes = _model.Config.NumLabels;
        return new ModelLabels(_model switch
        {
            BiGSForMaskedLM => Marks(_model.Config.VocabSize, "vocab_size"),
            BiGSForTokenClassification => Marks(classes, "num_labels"),
            BiGSForEmbedding => Integers("labels", 0, long.MaxValue, "texts", _shape[..^1]),
            BiGSForMultipleChoice => Integers("labels", 0, _shape[1] - 1, "choices", _shape[..1]),
            _ when classes == 1 => Values(),
            _ => Integers("labels", 0, classes - 1, "num_labels", _shape[..1]),
        });
    }

    /// <summary>A label for each token, −100 where none is meant.</summary>
    private Tensor Marks(int count, string limit)
    {
        Tensor labels = Integers("labels", HeadedModel.IgnoredLabel, count - 1, limit);
        using Tensor asked = labels.ge(0);
        Require(
            asked.any().item<bool>(),
            "labels has nothing but negative values, so there is no loss; give at least one label, or none at all");
        using Tensor ignored = labels.eq(HeadedModel.IgnoredLabel);
        using Tensor strange = asked.logical_or(ignored).logical_not();
        Require(
            !strange.any().item<bool>(),
            $"labels holds a negative value besides {HeadedModel.IgnoredLabel}, which marks positions without a label");
        return labels;
    }

    private Tensor Positions(string name) => Integers(name, long.MinValue, long.MaxValue, "length", _shape[..1]);

    private Tensor Values()
    {
        Tensor values = _file.Read("labels");
        Require(
            values.numel() == _shape[0],
            $"labels has the shape {Shown(values.shape)}; expected one value for each of {_shape[0]} rows");
        return values.to_type(ScalarType.Float64);
    }

    private Tensor Integers(string name, long least, long most, string limit, long[]? expected = null)
    {
        expected ??= _shape;
        Tensor tensor = _file.Read(name);
        Require(is_integral(tensor.dtype) || tensor.dtype == ScalarType.Bool, $"{name} is {tensor.dtype}; expected integers");
        Require(
            tensor.shape.SequenceEqual(expected),
            $"{name} has the shape {Shown(tensor.shape)}; expected {Shown(expected)}, as input_ids has it");
        Tensor integers = tensor.to_type(ScalarType.Int64);
        (long lowest, long highest) = (integers.min().item<long>(), integers.max().item<long>());
        Require(
            lowest >= least && highest <= most,
            $"{name} holds {(lowest < least ? lowest : highest)}; expected {least} to {most} ({limit})");
        return integers;
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{_path}: {otherwise}.");
        }
    }

    private static string Shown(long[] shape) => $"({string.Join(", ", shape)})";
}

using System.Text.RegularExpressions;

namespace BiGS.Cli.Output;

/// <summary>
/// What the command calls the properties and methods that the library's messages name: "name another (CorpusOptions.TextField)" is shown as
/// "name another (--text-field)", and "train with PretrainingOptions.Device = cpu" as "train with --device cpu".
/// </summary>
internal static class OptionNames
{
    /// <summary>An option, a command or both, for each <c>Type.Property</c>, <c>Type.Method</c> and <c>Type.Method(parameter)</c>.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["BiGSServerOptions.ApiKey"] = "--api-key",
        ["BiGSServerOptions.Models"] = "--model",
        ["BiGSServerOptions.TimeLimit"] = "--time-limit",
        ["CheckpointConversion.Convert(overwrite)"] = "--overwrite",
        ["ChoiceColumns.Answer"] = "--answer-column",
        ["ChoiceColumns.Choices"] = "--choice-columns",
        ["ChoiceColumns.Question"] = "--question-column",
        ["Corpus.FindUnreadable"] = "--skip-bad",
        ["CorpusOptions.Encoding"] = "--encoding",
        ["CorpusOptions.TextField"] = "--text-field",
        ["CorpusPreparation.Clear"] = "bigs corpus prepare --overwrite",
        ["CorpusPreparation.Run"] = "bigs corpus prepare",
        ["DistillationOptions.Exclude"] = "--exclude",
        ["FineTuningOptions.HeadOnly"] = "--head-only",
        ["FineTuningOptions.LearningRate"] = "--learning-rate",
        ["FineTuningRequest.MaxLength"] = "--max-length",
        ["FineTuningRequest.Task"] = "bigs finetune --task",
        ["FineTuningRun.Run"] = "bigs finetune",
        ["SearchIndex.UpdateAsync"] = "bigs index",
        ["IndexOptions.Overwrite"] = "bigs index --overwrite",
        ["IndexOptions.IndexPath"] = "--out",
        ["IndexOptions.MaxFileBytes"] = "--max-file-bytes",
        ["IndexOptions.TextField"] = "--text-field",
        ["PositionExtension.Extend"] = "bigs extend",
        ["PositionExtension.Extend(length)"] = "--max-length",
        ["OnnxExport.Export"] = "bigs export --format onnx",
        ["OnnxExport.Export(overwrite)"] = "--overwrite",
        ["OpenOptions.Backend"] = "--backend torch",
        ["PreparationOptions.KeepDuplicates"] = "--keep-duplicates",
        ["PreparationOptions.Tokenizer"] = "bigs corpus prepare --tokenizer",
        ["Pretraining.Run"] = "bigs pretrain",
        ["Pretraining.Run(replace)"] = "--overwrite",
        ["PretrainingOptions.BatchSize"] = "--batch-size",
        ["PretrainingOptions.Corpus"] = "--corpus",
        ["PretrainingOptions.Device"] = "--device",
        ["PretrainingOptions.MaxLength"] = "--max-length",
        ["PretrainingOptions.Tokenizer"] = "--tokenizer",
        ["PretrainingOptions.Validation"] = "--validation",
        ["PretrainingOptions.Weights"] = "--weights",
        ["RowLayout.MaxLength"] = "--max-length",
        ["TableOptions.Delimiter"] = "--delimiter",
        ["TableOptions.Encoding"] = "--encoding",
        ["TokenTagging.TagNames"] = "--labels",
        ["TorchOptions.Precision"] = "--precision",
        ["TrainingOptions.ClipNorm"] = "--clip",
        ["TrainingOptions.LearningRate"] = "--learning-rate",
        ["TrainingOptions.WarmupSteps"] = "--warmup-steps",
        ["WordPieceTrainer.Train"] = "bigs tokenizer train",
    };

    private const string Or = " or ";
    private const string Is = " = ";

    private static readonly Regex Mention = Mentions();

    /// <summary>A message of the library as the command shows it. Properties that are one option are named once.</summary>
    public static string In(string message) => Mention.Replace(message, mention =>
        string.Join(Or, mention.Groups["name"].Captures.Select(name => All[name.Value]).Distinct()) + (mention.Groups["is"].Success ? " " : ""));

    private static Regex Mentions()
    {
        string name = $"(?<name>{string.Join('|', All.Keys.OrderByDescending(name => name.Length).Select(Regex.Escape))})";
        return new Regex($@"(?<![\w.]){name}(?:{Or}{name})*(?![\w(])(?<is>{Is})?", RegexOptions.CultureInvariant);
    }
}

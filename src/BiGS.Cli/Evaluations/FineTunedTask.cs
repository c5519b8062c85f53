using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Evaluations;

/// <summary>A task that a model was fine-tuned for: one entry a row of the table of tasks, and two for your own texts.</summary>
internal sealed class FineTunedTask(string name, string what, TaskDefinition? row, EvaluationOptions shared, FineTunedOptions options) : EvaluationTask(name, what)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads =>
    [
        shared.Data, shared.MaxLength, shared.Limit, options.Predictions, options.Overwrite, .. shared.Tables.All, .. IsEmbedding ? (Option[])[] : [options.PairStyle, options.Distractors],
        .. row is null || TaskEvaluation.IsAnsweredByPipelines(row.Kind) ? (Option[])[shared.Answering.Backend] : [],
        .. row is null || IsEmbedding ? shared.Columns.All : [],
        .. row?.Kind switch { MultipleChoice => shared.Layout.Choice, TokenTagging => (IReadOnlyList<Option>)[shared.Columns.Label, .. shared.Layout.Tagging], _ => [] },
    ];

    /// <summary>Whether texts are read by themselves, never joined.</summary>
    private bool IsEmbedding => row is { Name: ColumnOptions.Embedding };

    public static IEnumerable<FineTunedTask> All(EvaluationOptions shared)
    {
        var options = new FineTunedOptions();
        return
        [
            .. TaskTable.All.Select(row => new FineTunedTask(row.Name, row.Description, row, shared, options)),
            new FineTunedTask(ColumnOptions.Classification, "classes of your own texts", null, shared, options),
            new FineTunedTask(ColumnOptions.Regression, "values of your own texts", null, shared, options),
        ];
    }

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        FineTuningRecord? tuned = run.TunedFor();
        TaskKind kind = (row is null || IsEmbedding ? run.KindOf(shared.Columns, tuned) : run.KindOf(row.Kind, shared.Columns, tuned)).WithTables(run.Tables());
        string[] paths = [.. run.Value(shared.Data)!.Select(path =>
            row is not null && Directory.Exists(path) ? TaskDefinition.Find(path, row.Validation, shared.Data.Name) : path)];
        string? file = run.Value(options.Predictions);
        if (file is not null)
        {
            OutputPath.File(file, options.Predictions.Name, run.Value(options.Overwrite), paths);
            PredictionFile.RequireFormat(file);
        }

        var layout = new RowLayout(
            run.Value(shared.MaxLength) ?? tuned?.MaxLength,
            run.IsGiven(options.PairStyle) || tuned is null ? (run.Value(options.PairStyle) == "cls" ? PairStyle.Cls : PairStyle.Sep) : tuned.PairStyle,
            run.Value(options.Distractors) ?? 0, run.Value(shared.Limit));
        TaskAnswers answers = Answers(run, kind, paths, layout);
        if (tuned is not null)
        {
            run.Terminal.Note(HowItReads(run, tuned, layout));
        }

        run.ShowTableNotes();
        run.Terminal.Warn(answers.Warnings);
        if (file is not null)
        {
            PredictionFile.Write(file, answers.Examples, answers.Answers);
        }

        if (answers.Score is { } score)
        {
            run.Show(score, new ScoreFigures($"{Name}: {score.Count:N0} examples", score));
        }
        else
        {
            run.Terminal.Warn([$"{string.Join(", ", paths)}: no answers are known, and nothing is scored{(file is null ? "; --predictions FILE writes what the model says" : "")}."]);
        }
    }

    /// <summary>What a model of the task says, or the vectors of any model: by whatever is to compute them, where its pipelines can.</summary>
    private TaskAnswers Answers(EvaluationRun run, TaskKind kind, string[] paths, RowLayout layout)
    {
        static IProgress<FineTuningProgress> Shown(IProgress<double> progress) => new SynchronousProgress<FineTuningProgress>(step => progress.Report((double)step.Completed / step.Total));
        if (TaskEvaluation.IsAnsweredByPipelines(kind))
        {
            using ModelPipelines model = run.OpenPipelines();
            return run.Working(IsEmbedding ? "embedding" : "answering", progress => TaskEvaluation.Score(Name, kind, model, paths, layout, Shown(progress), run.Interrupted));
        }

        (OpenedCheckpoint opened, BertTokenizer tokenizer) = run.OpenFineTuned();
        return run.Working("answering", progress => TaskEvaluation.Score(Name, kind, opened, tokenizer, paths, layout, Shown(progress), run.Interrupted));
    }

    /// <summary>"as sst2, ..." in one line: what the model was tuned with, or what is given instead.</summary>
    private string HowItReads(EvaluationRun run, FineTuningRecord tuned, RowLayout layout)
    {
        IEnumerable<string> columns = run.Columns(shared.Columns, tuned).Select(column => $"{column.Key} in column \"{column.Value}\"");
        string[] settings =
        [
            .. columns,
            .. layout.MaxLength is { } length ? (string[])[$"rows of at most {length} tokens"] : [],
            .. layout.PairStyle == PairStyle.Cls ? (string[])["pairs joined by [CLS]"] : [],
        ];
        return $"task {Name}{string.Concat(settings.Select(setting => ", " + setting))}: as the model was tuned, where no option says otherwise";
    }
}

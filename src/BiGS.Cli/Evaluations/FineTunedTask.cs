using System.CommandLine;
using BiGS.Checkpoints;
using BiGS.Cli.Commands;
using BiGS.Cli.Console;
using BiGS.FineTuning;
using BiGS.Tokenizers;

namespace BiGS.Cli.Evaluations;

/// <summary>A task that a model was fine-tuned for: one entry a row of the table of tasks, and two for your own texts.</summary>
internal sealed class FineTunedTask(string name, string what, TaskRow? row, EvaluationOptions shared, FineTunedOptions options) : EvaluationTask(name, what)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads =>
    [
        shared.Data, shared.MaxLength, options.Predictions, .. options.Tables.All, .. IsEmbedding ? [] : (Option[])[options.PairStyle, options.Distractors],
        .. row is null || IsEmbedding ? options.Columns.All : [],
    ];

    /// <summary>Whether texts are read by themselves, never joined.</summary>
    private bool IsEmbedding => row is { Name: ColumnOptions.Embedding };

    public static IEnumerable<FineTunedTask> All(EvaluationOptions shared)
    {
        var options = new FineTunedOptions();
        return
        [
            .. TaskTable.All.Select(row => new FineTunedTask(row.Name, row.What, row, shared, options)),
            new FineTunedTask(ColumnOptions.Classification, "classes of your own texts", null, shared, options),
            new FineTunedTask(ColumnOptions.Regression, "values of your own texts", null, shared, options),
        ];
    }

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        TaskKind kind = (row is null || IsEmbedding ? run.KindOf(options.Columns) : row.Kind).With(run.Tables(options.Tables));
        string[] paths = [.. run.Value(shared.Data)!.Select(path =>
            row is not null && Directory.Exists(path) ? TaskRow.Find(path, row.Validation, shared.Data.Name) : path)];
        (OpenedCheckpoint opened, BertTokenizer tokenizer) = run.OpenFineTuned(kind);
        var layout = new RowLayout(
            run.Value(shared.MaxLength), run.Value(options.PairStyle) == "cls" ? PairStyle.Cls : PairStyle.Sep, run.Value(options.Distractors) ?? 0);
        TaskAnswers answers = run.Working("answering", progress => TaskEvaluation.Score(
            Name, kind, opened, tokenizer, paths, layout, new Told<FineTuningProgress>(step => progress.Report((double)step.Done / step.All)), run.Interrupted));
        run.Terminal.Warn(answers.Warnings);
        if (run.Value(options.Predictions) is { } file)
        {
            File.WriteAllLines(file, answers.GuessHeader is { } header ? answers.Guesses.Prepend(header) : answers.Guesses);
        }

        if (answers.Score is { } score)
        {
            run.Show(score, new ScoreFigures($"{Name}: {score.Count:N0} examples", score));
        }
        else
        {
            run.Terminal.Warn([$"{string.Join(", ", paths)}: no answers are known, and nothing is scored{(run.Value(options.Predictions) is null ? "; --predictions FILE writes what the model says" : "")}."]);
        }
    }
}

using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Files;
using BiGS.Search;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Evaluations;

/// <summary><c>retrieval</c>: a question finds its text among all texts of a file.</summary>
internal sealed class RetrievalTask(EvaluationOptions options) : EvaluationTask(
    RetrievalTask.TaskName, "how often questions find their texts, by words, vectors and both: a file in SQuAD's form, a folder in BEIR's, or a table with a question (--text-column) and its text (--pair-column) in each row")
{
    /// <summary>As <c>--task</c> names it.</summary>
    public const string TaskName = "retrieval";

    private static readonly Column Question = Column.Named("question");
    private static readonly Column Text = new(["passage", "text", "context"]);

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Limit, options.Answering.Backend, .. options.Columns.OfTexts, .. options.Tables.All];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        RetrievalSet set = Read(run, run.DataFile());
        set = set with { Questions = run.Spread(set.Questions) };
        if (set.Questions.Count == 0)
        {
            throw new InvalidDataException($"'{run.DataFile()}' holds no question; expected a file in SQuAD's form, a folder in BEIR's, or a table.");
        }

        using SearchModel model = run.OpenSearchModel();
        Score score = run.Working("embedding", progress => RetrievalEvaluation.Score(model, set, progress, run.Interrupted));
        run.ShowTableNotes();
        run.Show(score, new ScoreFigures($"retrieval: {score.Count:N0} questions, each to find its text among {set.Texts.Count:N0}", score));
    }

    private RetrievalSet Read(EvaluationRun run, string data)
    {
        (Column? question, Column? text) = run.TextColumns(options.Columns);
        return Directory.Exists(data) ? RetrievalSet.OfFolder(data)
            : FileNames.ExtensionOf(data) == ".json" && question is null && text is null
                ? RetrievalSet.OfPairs(QuestionExample.Read(data, run.Tables()).Select(example => (example.Question, example.Context)))
            : RetrievalSet.OfTable(data, question ?? Question, text ?? Text, run.Tables());
    }
}

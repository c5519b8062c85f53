using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Search;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Evaluations;

/// <summary><c>retrieval</c>: a question finds its text among all texts of a file.</summary>
internal sealed class RetrievalTask(EvaluationOptions options) : EvaluationTask(
    RetrievalTask.TaskName, "how often a question of a file in SQuAD's form finds its text among all of them, beside BM25")
{
    /// <summary>As <c>--task</c> names it.</summary>
    public const string TaskName = "retrieval";

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Limit, options.Answering.Backend];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        IReadOnlyList<QuestionExample> examples = QuestionExample.Read(run.DataFile());
        string[] texts = [.. examples.Select(example => example.Context).Distinct()];
        var numbers = texts.Index().ToDictionary(text => text.Item, text => text.Index);
        IReadOnlyList<RetrievalQuestion> questions = run.Spread([.. examples.Select(example => new RetrievalQuestion(example.Question, numbers[example.Context]))]);
        if (questions.Count == 0)
        {
            throw new InvalidDataException($"'{run.DataFile()}' holds no question; expected a file in SQuAD's form.");
        }

        using SearchModel model = run.OpenSearchModel();
        Score score = run.Working("embedding", progress => RetrievalEvaluation.Score(model, texts, questions, progress, run.Interrupted));
        run.Show(score, new ScoreFigures($"retrieval: {score.Count:N0} questions, each to find its text among {texts.Length:N0}", score));
    }
}

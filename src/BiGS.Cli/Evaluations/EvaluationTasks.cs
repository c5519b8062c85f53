namespace BiGS.Cli.Evaluations;

/// <summary>The table of tasks. A new one is a file beside this and a line here.</summary>
internal static class EvaluationTasks
{
    public static IReadOnlyList<EvaluationTask> Of(EvaluationOptions options) =>
    [
        new MaskedWordsTask(options),
        new SentenceScoresTask(options),
        new BlimpTask(options),
        new AgreementTask(options),
        new GrammarTask(options),
        new EfficiencyTask(),
        new RetrievalTask(options),
        .. FineTunedTask.All(options),
    ];
}

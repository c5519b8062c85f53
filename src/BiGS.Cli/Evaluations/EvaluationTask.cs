using System.CommandLine;

namespace BiGS.Cli.Evaluations;

/// <summary>Something to measure: one entry of <see cref="EvaluationTasks"/>.</summary>
/// <param name="name">What --task calls it.</param>
/// <param name="what">What it says, in a few words.</param>
internal abstract class EvaluationTask(string name, string what)
{
    public string Name => name;

    public string What => what;

    /// <summary>The options that mean something to it, besides the model's and --json; others are refused.</summary>
    public abstract IReadOnlyList<Option> Reads { get; }

    /// <summary>Measures, and shows what came out.</summary>
    public abstract void Run(EvaluationRun run);
}

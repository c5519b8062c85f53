using System.CommandLine;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>grammar</c>: agreement on the built-in grammar, by attractors and by distance.</summary>
internal sealed class GrammarTask(EvaluationOptions options) : EvaluationTask(
    "grammar", "how often the form that agrees is the likelier one, on held-out text of the built-in grammar")
{
    private const int DefaultDocuments = 1_000;
    private const int DefaultSeed = 42;

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Limit, options.Seed];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        (BiGSForMaskedLM model, BertTokenizer tokenizer) = run.OpenMaskedLm();
        var grammar = new GrammarCorpus((ulong)(run.Value(options.Seed) ?? DefaultSeed));
        IEnumerable<GrammarDocument> documents = grammar.HeldOut(run.Value(options.Limit) ?? DefaultDocuments);
        run.Show(
            run.Working("scoring", progress => GrammarAgreement.ScoreInDetail(model, tokenizer, documents, progress, run.Interrupted)),
            "agreement on the built-in grammar");
    }
}

using System.CommandLine;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>blimp</c>: the good sentence of a minimal pair is the likelier one.</summary>
internal sealed class BlimpTask(EvaluationOptions options) : EvaluationTask(
    "blimp", "how often the good sentence of a minimal pair is the likelier one")
{
    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Limit, options.Masking, .. options.Tables.All, .. options.Layout.Pairs];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        IReadOnlyList<MinimalPair> pairs = run.Spread([.. Blimp.Read(run.DataFile(), options.Layout.PairColumns(run.Value), run.Tables())]);
        (BiGSForMaskedLM model, BertTokenizer tokenizer) = run.OpenMaskedLm();
        var likelihood = new PseudoLogLikelihood(model.MaskedWords(tokenizer.Vocabulary.PadId), tokenizer, EvaluationOptions.Hidden(run.Value(options.Masking)!));
        run.Show(run.Working("scoring", progress => Blimp.Score(likelihood, pairs, progress, run.Interrupted)), "minimal pairs");
    }
}

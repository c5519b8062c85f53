using System.CommandLine;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>agreement</c>: the form that agrees is the likelier one, on the published sets.</summary>
internal sealed class AgreementTask(EvaluationOptions options) : EvaluationTask(
    "agreement", "how often the form that agrees is the likelier one (Marvin and Linzen, Linzen et al., Gulordava et al.)")
{
    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [options.Data, options.Limit];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        IReadOnlyList<AgreementQuestion> questions = run.Spread(AgreementSet.Read(run.DataFile()));
        (BiGSForMaskedLM model, BertTokenizer tokenizer) = run.OpenMaskedLm();
        run.Show(run.Working("scoring", progress => AgreementEvaluation.Score(model, tokenizer, questions, progress, run.Interrupted)), "agreement");
    }
}

using BiGS.Training.Evaluation;

namespace BiGS.Training;

/// <summary>What a run tells while it goes.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps to do in all.</param>
/// <param name="Loss">Of this step, per target: of masked words in nats, of a distillation 1 − cos.</param>
/// <param name="Tokens">Read in this step.</param>
/// <param name="HeldOut">The held-out score, where this step ended with an evaluation.</param>
public sealed record TrainingProgress(long Step, long Steps, double Loss, long Tokens, HeldOutScore? HeldOut = null);

/// <summary>Training cannot go on: the loss is infinite or no number. Nothing was written after the last good checkpoint.</summary>
/// <param name="step">The step, counted from 0.</param>
/// <param name="loss">What it became.</param>
/// <param name="checkpoint">The last one before that step; null where there is none.</param>
/// <param name="remedy">What to start again with.</param>
public sealed class NonFiniteLossException(long step, double loss, string? checkpoint, string remedy)
    : Exception(
        $"the loss became {loss} at step {step}; "
        + (checkpoint is null ? "no checkpoint was written before it" : $"the checkpoint before it stands in {checkpoint}")
        + $"; start again with {remedy}.")
{
    /// <summary>The step, counted from 0, whose loss it was.</summary>
    public long Step => step;
}

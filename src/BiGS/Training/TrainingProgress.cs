using BiGS.Evaluation;

namespace BiGS.Training;

/// <summary>What a run tells while it goes.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps to do in all.</param>
/// <param name="Loss">Of this step, in nats per masked token.</param>
/// <param name="Tokens">Read in this step.</param>
/// <param name="HeldOut">The held-out score, where this step ended with an evaluation.</param>
public sealed record TrainingProgress(long Step, long Steps, double Loss, long Tokens, MaskedLmScore? HeldOut = null);

/// <summary>Training cannot go on: the loss is infinite or no number. Nothing was written after the last good checkpoint.</summary>
public sealed class NonFiniteLossException(long step, double loss, string? checkpoint)
    : Exception(
        $"the loss became {loss} at step {step}; "
        + (checkpoint is null ? "no checkpoint was written before it" : $"the checkpoint before it stands in {checkpoint}")
        + "; start again with a lower --learning-rate, more --warmup-steps, or --clip.")
{
    /// <summary>The step, counted from 0, whose loss it was.</summary>
    public long Step => step;
}

namespace BiGS.Training;

/// <summary>The shape of the learning rate over a run.</summary>
public enum ScheduleShape
{
    Linear,
    Cosine,
    Constant,
}

/// <summary>The learning rate as a pure function of the step, so that there is no state to resume.</summary>
/// <param name="Shape">What follows the warm-up.</param>
/// <param name="WarmupSteps">Steps of a straight rise from 0; step s uses the value at s, so step 0 of a warm-up learns nothing.</param>
/// <param name="TotalSteps">The length of the run.</param>
/// <param name="Floor">Where the cosine ends, as a share of the peak: 0.1 in the authors' recipe (paper.md §4).</param>
internal sealed record Schedule(ScheduleShape Shape, long WarmupSteps, long TotalSteps, double Floor = 0.1)
{
    /// <summary>The share of the peak learning rate at a step: in [0, 1].</summary>
    public double At(long step)
    {
        if (step < WarmupSteps)
        {
            return (double)step / WarmupSteps;
        }

        double progress = TotalSteps > WarmupSteps ? Math.Min(1, (double)(step - WarmupSteps) / (TotalSteps - WarmupSteps)) : 1;
        return Shape switch
        {
            ScheduleShape.Linear => 1 - progress,
            ScheduleShape.Cosine => Floor + ((1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * progress))),
            _ => 1,
        };
    }
}

using BiGS.Training.Distributed;

namespace BiGS.Training.Planning;

/// <summary>
/// A pretraining run before it is run: its steps, and how long they take on W devices. The batch of a step stays the same whatever W is; its
/// rows are shared out, the rank with most of them sets the pace, and the gradients are summed behind the backward pass as far as they fit.
/// </summary>
internal sealed record RunPlan
{
    /// <summary>Rows of a batch, over all ranks.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Batches of a step.</summary>
    public required int Accumulate { get; init; }

    /// <summary>Tokens of a row.</summary>
    public required int Length { get; init; }

    public required long Steps { get; init; }

    public required long Parameters { get; init; }

    /// <summary>What one device trains on in a second, alone.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>What summing gradients costs.</summary>
    public required AllReduceCost AllReduce { get; init; }

    /// <summary>The share of the backward pass that it can hide behind.</summary>
    public required double Overlap { get; init; }

    public long TokensPerStep => (long)BatchSize * Accumulate * Length;

    public double Tokens => (double)Steps * TokensPerStep;

    /// <summary>What each rank sums with the others, once a step.</summary>
    public double GradientBytes => DeviceMemory.Estimate(Parameters, 1).Gradients;

    /// <summary>The run on a number of devices.</summary>
    /// <exception cref="ArgumentException">There are more ranks than rows.</exception>
    public RankPlan ForRanks(int ranks)
    {
        if (ranks > BatchSize)
        {
            throw new ArgumentException($"{ranks} ranks cannot share a batch of {BatchSize} rows; plan for at most {BatchSize} ranks, or with a larger PretrainingOptions.BatchSize.");
        }

        int rows = (BatchSize + ranks - 1) / ranks;
        double batch = rows * Length / TokensPerSecond;
        double exposed = AllReduce.Exposed(GradientBytes, ranks, Overlap * TrainingCost.BackwardShare * batch);
        double alone = TokensPerStep / TokensPerSecond;
        return new RankPlan(ranks, rows, Accumulate * batch, AllReduce.Seconds(GradientBytes, ranks), exposed, Steps, alone);
    }
}

/// <summary>The run on W devices.</summary>
/// <param name="Ranks">W.</param>
/// <param name="Rows">Of a batch, on the rank with most of them.</param>
/// <param name="Computing">Seconds of a step.</param>
/// <param name="Communication">Seconds of a step in which gradients travel, hidden or not.</param>
/// <param name="Exposed">Seconds of a step in which everyone waits for them.</param>
/// <param name="Steps">Of the run.</param>
/// <param name="Alone">Seconds of a step on one device.</param>
internal sealed record RankPlan(int Ranks, int Rows, double Computing, double Communication, double Exposed, long Steps, double Alone)
{
    public double StepSeconds => Computing + Exposed;

    public TimeSpan Elapsed => TimeSpan.FromSeconds(Steps * StepSeconds);

    public double DeviceHours => Ranks * Elapsed.TotalHours;

    /// <summary>Of W devices, the share that one would have computed in the same time.</summary>
    public double Efficiency => Alone / (Ranks * StepSeconds);

    /// <summary>The share of a step in which everyone waits.</summary>
    public double Waiting => Exposed / StepSeconds;
}

namespace BiGS.Cli.Bench;

/// <summary>What is timed.</summary>
internal enum Work
{
    /// <summary>One layer, forward only, without a graph.</summary>
    LayerForward,

    /// <summary>One layer, forward and backward, gradients of the input and of every weight.</summary>
    LayerTrain,

    /// <summary>A whole step of a 12-layer model of 30,522 words: gradients, and the optimiser.</summary>
    Step,

    /// <summary>The 12 layers forward only, as they are served.</summary>
    Inference,
}

/// <summary>One figure of the bench.</summary>
/// <param name="Work">What was timed.</param>
/// <param name="Subject">Who did it: ours, authors, attention or floor.</param>
/// <param name="Precision">bf16 or fp32.</param>
/// <param name="Length">l.</param>
/// <param name="Batch">b.</param>
/// <param name="Width">d.</param>
/// <param name="Seconds">The median of the repeats.</param>
/// <param name="PeakBytes">The most memory that the process held during one repeat, over what it held before the side was built.</param>
internal sealed record BenchResult(Work Work, string Subject, string Precision, int Length, int Batch, int Width, double Seconds, long PeakBytes)
{
    public double TokensPerSecond => (double)Length * Batch / Seconds;
}

namespace BiGS.Training.Evaluation;

/// <summary>How well a model does on text that it does not learn from.</summary>
/// <param name="Loss">Mean over targets: of masked words their cross-entropy in nats, of vectors 1 − cos to the teacher's.</param>
/// <param name="Accuracy">Share of targets that the first guess hits: the masked word, or the text whose teacher vector is the nearest of a batch.</param>
/// <param name="Count">Targets: masked words, or texts.</param>
public sealed record HeldOutScore(double Loss, double Accuracy, long Count)
{
    /// <summary>e^loss, of a cross-entropy.</summary>
    public double Perplexity => Math.Exp(Loss);
}

/// <summary>Sums over targets, which those of other batches can be added to.</summary>
/// <param name="Loss">Losses.</param>
/// <param name="Hits">Right first guesses.</param>
/// <param name="Count">Targets asked for.</param>
internal sealed record HeldOutSums(double Loss, long Hits, long Count)
{
    /// <exception cref="ArgumentException">Nothing is asked for.</exception>
    public HeldOutScore Score() => Count > 0
        ? new HeldOutScore(Loss / Count, (double)Hits / Count, Count)
        : throw new ArgumentException("There is nothing to evaluate: no position of the held-out text is masked.");
}

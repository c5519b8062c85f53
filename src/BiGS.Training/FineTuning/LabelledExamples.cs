using BiGS.Training.Data;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Examples of files, laid out as rows: what training reads, and what answers are compared with. What a model says to a sample is a flat list of numbers,
/// its logits; what they mean, only the kind of example knows.
/// </summary>
public abstract class LabelledExamples
{
    /// <summary>How many there are; a long one may be several samples.</summary>
    public abstract int Count { get; }

    /// <summary>What is fed to the model.</summary>
    internal abstract IReadOnlyList<Sample> Samples { get; }

    /// <summary>The first line of a file of guesses; null for none.</summary>
    public virtual string? PredictionHeader => "index\tprediction";

    /// <summary>The classes by name, of kinds that have some; also those that the model does not know, behind the others.</summary>
    public virtual IReadOnlyList<string> Classes => [];

    /// <summary>The class of an example; null where it is not known, or where the kind has none.</summary>
    public virtual int? ClassOf(int example) => null;

    /// <summary>Whether it is known what is true of an example, so that it can be learned from and scored.</summary>
    public virtual bool IsLabelled(int example) => Samples.Count != Count || Samples[example].Target is not null;

    /// <summary>File and row of an example, for messages; null where the kind does not keep them.</summary>
    public virtual string? Location(int example) => null;

    /// <summary>Some of them.</summary>
    /// <param name="chosen">Whether the example of this number belongs to them.</param>
    public abstract LabelledExamples Subset(Func<int, bool> chosen);

    /// <summary>Compares answers with what is true.</summary>
    /// <param name="task">Its name.</param>
    /// <param name="answers">Logits of each sample, in order.</param>
    public abstract Score Score(string task, IReadOnlyList<float[]> answers);

    /// <summary>What was guessed, line by line, as a file for submission has it.</summary>
    /// <param name="answers">Logits of each sample, in order.</param>
    public abstract IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers);

    /// <summary>What was predicted for each example, with its texts; null for kinds whose predictions have a format of their own.</summary>
    /// <param name="answers">Logits of each sample, in order.</param>
    public virtual IReadOnlyList<Prediction>? Predictions(IReadOnlyList<float[]> answers) => null;

    /// <summary>
    /// So many of them, drawn at random, each class in its share; the same ones each time. All where there are no more.
    /// </summary>
    /// <param name="count">At least 1; null for all.</param>
    internal LabelledExamples Subsample(int? count) => count is { } most && most < Count
        ? Subset(StratifiedSampling.Draw(Strata(), most, new CounterRandom(0, RandomStream.LimitedExamples)).Contains)
        : this;

    /// <summary>
    /// A share of them, and the others: at least one example on either side, and each class in its share. An only example of a class stays with the others.
    /// </summary>
    /// <param name="share">Between 0 and 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="InvalidDataException">There are fewer than two examples.</exception>
    internal (LabelledExamples Share, LabelledExamples Others) Split(double share, long seed)
    {
        if (!(share is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), $"the share that is kept aside is {share}; expected more than 0 and less than 1");
        }

        if (Count < 2)
        {
            throw new InvalidDataException($"{Count} examples are too few to keep {share:P0} of them aside");
        }

        int count = Math.Clamp((int)Math.Round(share * Count, MidpointRounding.AwayFromZero), 1, Count - 1);
        IReadOnlySet<int> drawn = StratifiedSampling.Draw(Strata(), count, new CounterRandom((ulong)seed, RandomStream.HeldOutExamples), leaveOne: true);
        return (Subset(drawn.Contains), Subset(i => !drawn.Contains(i)));
    }

    /// <summary>
    /// What one would answer without reading: the most frequent class, the mean, no entity, any choice. What a model must beat to have learned something.
    /// </summary>
    /// <param name="train">What the frequencies are taken from.</param>
    public abstract IReadOnlyList<float[]> Baseline(LabelledExamples train);

    /// <summary>Where the largest number stands; the first of equal ones.</summary>
    private protected static int ArgMax(ReadOnlySpan<float> numbers)
    {
        int best = 0;
        for (int i = 1; i < numbers.Length; i++)
        {
            best = numbers[i] > numbers[best] ? i : best;
        }

        return best;
    }

    /// <summary>Logits that say one class.</summary>
    private protected static float[] OneHot(int answer, int classes)
    {
        float[] logits = new float[classes];
        logits[answer] = 1;
        return logits;
    }

    private int[] Strata() => [.. Enumerable.Range(0, Count).Select(i => ClassOf(i) ?? -1)];
}

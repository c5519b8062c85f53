using BiGS.Evaluation;

namespace BiGS.FineTuning;

/// <summary>
/// Examples of files, laid out as rows: what training reads, and what answers are compared with. What a model says to a sample is a flat list of numbers,
/// its logits; what they mean, only the kind of example knows.
/// </summary>
public abstract class LabelledExamples
{
    /// <summary>How many there are; a long one may be several samples.</summary>
    public abstract int Count { get; }

    /// <summary>What is fed to the model.</summary>
    public abstract IReadOnlyList<Sample> Samples { get; }

    /// <summary>The first line of a file of guesses; null for none.</summary>
    public virtual string? GuessHeader => "index\tprediction";

    /// <summary>Some of them.</summary>
    /// <param name="chosen">Told the number of an example.</param>
    public abstract LabelledExamples Part(Func<int, bool> chosen);

    /// <summary>Compares answers with what is true.</summary>
    /// <param name="task">Its name.</param>
    /// <param name="answers">Logits of each sample, in order.</param>
    public abstract Score Score(string task, IReadOnlyList<float[]> answers);

    /// <summary>What was guessed, line by line, as a file for submission has it.</summary>
    /// <param name="answers">Logits of each sample, in order.</param>
    public abstract IEnumerable<string> Guesses(IReadOnlyList<float[]> answers);

    /// <summary>
    /// What one would answer without reading: the most frequent class, the mean, no entity, any choice. What a model must beat to have learned something.
    /// </summary>
    /// <param name="train">What the frequencies are taken from.</param>
    public abstract IReadOnlyList<float[]> WithoutReading(LabelledExamples train);

    /// <summary>Where the largest number stands; the first of equal ones.</summary>
    protected static int Best(ReadOnlySpan<float> numbers)
    {
        int best = 0;
        for (int i = 1; i < numbers.Length; i++)
        {
            best = numbers[i] > numbers[best] ? i : best;
        }

        return best;
    }

    /// <summary>Logits that say one class.</summary>
    protected static float[] Saying(int answer, int classes)
    {
        float[] logits = new float[classes];
        logits[answer] = 1;
        return logits;
    }
}

namespace BiGS.Training.Corpora;

/// <summary>
/// SplitMix64 (Steele, Lea &amp; Flood 2014): a counter stepped by the golden ratio and scrambled.
/// Any (seed, stream) pair opens its own sequence at once, the same on every machine and runtime.
/// </summary>
internal sealed class SplitMix64(ulong seed, ulong stream)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    // Scrambled, because streams whose states differ by a multiple of the step would be shifted copies of each other.
    private ulong _state = Scramble(Scramble(seed + GoldenGamma) ^ (stream * 0xD1342543DE82EF95));

    public ulong Next() => Scramble(_state += GoldenGamma);

    /// <summary>Uniform in 0 … count − 1.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    public bool Percent(int chance) => Below(100) < chance;

    public T Pick<T>(T[] items) => items[Below(items.Length)];

    public T Pick<T>(List<T> items) => items[Below(items.Count)];

    /// <summary>An index, each as likely as its weight says.</summary>
    public int Weighted(ReadOnlySpan<int> weights)
    {
        int total = 0;
        foreach (int weight in weights)
        {
            total += weight;
        }
        int drawn = Below(total);
        int index = 0;
        while ((drawn -= weights[index]) >= 0)
        {
            index++;
        }
        return index;
    }

    /// <summary>The first <paramref name="count"/> of a shuffle (Fisher–Yates), or all where there are fewer.</summary>
    public T[] Sample<T>(T[] items, int count)
    {
        T[] shuffled = [.. items];
        count = Math.Min(count, shuffled.Length);
        for (int i = 0; i < count; i++)
        {
            int other = i + Below(shuffled.Length - i);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }
        return shuffled[..count];
    }

    private static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

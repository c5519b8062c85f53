using System.Globalization;

namespace BiGS.Training.Data;

/// <summary>
/// Which of several processes this one is, and so which files it reads. The largest files are dealt out first, each to the part that has
/// least: every process comes to the same division by itself.
/// </summary>
/// <param name="Number">1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many there are.</param>
public sealed record PreparationPart(int Number, int Count)
{
    public static PreparationPart Whole { get; } = new(1, 1);

    /// <summary>“2/4”: the second of four.</summary>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static PreparationPart Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && IsCount(parts[0], out int number) && IsCount(parts[1], out int of) && number >= 1 && number <= of
            ? new PreparationPart(number, of)
            : throw new ArgumentException($"the part is \"{text}\"; expected K/N with K of 1 to N, such as 2/4 for the second of four.");
    }

    /// <summary>The files of this part, largest first, by their number.</summary>
    /// <param name="bytes">Of every file.</param>
    internal IReadOnlyList<int> Own(IReadOnlyList<long> bytes)
    {
        var own = new List<int>();
        var load = new PriorityQueue<int, (long Bytes, int Part)>();
        for (int part = 1; part <= Count; part++)
        {
            load.Enqueue(part, (0, part));
        }

        foreach (int file in Enumerable.Range(0, bytes.Count).OrderByDescending(file => bytes[file]))
        {
            load.TryDequeue(out int part, out (long Bytes, int Part) least);
            load.Enqueue(part, (least.Bytes + bytes[file] + 1, part));
            if (part == Number)
            {
                own.Add(file);
            }
        }

        return own;
    }

    private static bool IsCount(string text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}

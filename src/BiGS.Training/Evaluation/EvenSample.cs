namespace BiGS.Training.Evaluation;

/// <summary>A part of a published set that looks like the whole: such sets are sorted by what they test.</summary>
internal static class EvenSample
{
    /// <summary>Every so-manieth item; all of them where there are no more than wanted.</summary>
    public static IReadOnlyList<T> Take<T>(IReadOnlyList<T> items, int? max) => max is int count && count < items.Count
        ? [.. Enumerable.Range(0, count).Select(i => items[(int)((long)i * items.Count / count)])]
        : items;
}

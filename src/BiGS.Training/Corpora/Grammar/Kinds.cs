using System.Numerics;

namespace BiGS.Training.Corpora;

/// <summary>The single kinds, numbered, so that tables by kind are arrays.</summary>
internal static class Kinds
{
    public static Kind[] Single { get; } =
        [.. Enumerable.Range(0, Index(Kind.Place) + 1).Select(bit => (Kind)(1 << bit))];

    public static int Index(Kind single) => BitOperations.TrailingZeroCount((int)single);
}

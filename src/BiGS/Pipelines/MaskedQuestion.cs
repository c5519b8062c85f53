using System.Runtime.InteropServices;

namespace BiGS.Pipelines;

/// <summary>A row with something hidden, a position to ask about, and words that may stand there.</summary>
/// <param name="Ids">As the model reads them: special tokens included, [MASK] where something is hidden.</param>
/// <param name="Position">Where to ask.</param>
/// <param name="Words">Whose probability is wanted.</param>
internal sealed record MaskedQuestion(int[] Ids, int Position, int[] Words)
{
    /// <summary>Finds questions that a model answers by reading the same: equal ids, equal position.</summary>
    internal static IEqualityComparer<MaskedQuestion> SameRow { get; } = new RowComparer();

    private sealed class RowComparer : IEqualityComparer<MaskedQuestion>
    {
        public bool Equals(MaskedQuestion? x, MaskedQuestion? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.Position == y.Position && x.Ids.AsSpan().SequenceEqual(y.Ids));

        public int GetHashCode(MaskedQuestion question)
        {
            var hash = default(HashCode);
            hash.Add(question.Position);
            hash.AddBytes(MemoryMarshal.AsBytes(question.Ids.AsSpan()));
            return hash.ToHashCode();
        }
    }
}

namespace BiGS.Tokenizers;

/// <summary>A text after normalisation that remembers where it came from.</summary>
/// <param name="Text">The normalised text.</param>
/// <param name="Offsets">For each UTF-16 code unit of <paramref name="Text"/>, the [Start, End) code units of the original it stands
/// for.</param>
public sealed record NormalizedText(string Text, IReadOnlyList<(int Start, int End)> Offsets)
{
    /// <summary>The place in the original text of the non-empty stretch [<paramref name="start"/>, <paramref name="end"/>) of
    /// <see cref="Text"/>.</summary>
    public (int Start, int End) ToOriginal(int start, int end) => (Offsets[start].Start, Offsets[end - 1].End);
}

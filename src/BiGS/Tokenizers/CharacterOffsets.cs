namespace BiGS.Tokenizers;

/// <summary>
/// Places in a text as JSON gives them away: in characters of Unicode, which Python and Hugging Face count by too. (.NET counts halves
/// of the characters beyond U+FFFF.)
/// </summary>
internal sealed class CharacterOffsets
{
    private readonly int[]? _before;

    public CharacterOffsets(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return;
        }

        _before = new int[text.Length + 1];
        for (int i = 1; i < _before.Length; i++)
        {
            bool halfway = i < text.Length && char.IsSurrogatePair(text[i - 1], text[i]);
            _before[i] = _before[i - 1] + (halfway ? 0 : 1);
        }
    }

    /// <summary>How many characters stand before a place that .NET counted.</summary>
    public int At(int index) => _before?[index] ?? index;
}

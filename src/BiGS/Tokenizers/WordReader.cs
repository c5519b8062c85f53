using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Reads the normalised words of a text one after another without allocating: the fast form of normalising, then
/// cutting.</summary>
internal ref struct WordReader
{
    /// <summary>Room for the longest word that is not [UNK], and one code point more to know it by.</summary>
    public const int BufferLength = 2 * (WordPiece.LongestWord + 1);

    private readonly CharacterTable _table;
    private readonly ReadOnlySpan<CharacterTable.Entry> _latin;
    private readonly ReadOnlySpan<char> _text;
    private readonly Span<char> _buffer;
    private int _next;
    private int _length;
    private int _codePoints;

    public WordReader(CharacterTable table, ReadOnlySpan<char> text, Span<char> buffer)
    {
        _table = table;
        _latin = table.Page(0);
        _text = table.Formed(text);
        _buffer = buffer;
    }

    /// <summary>The word last read; its beginning only, where <see cref="IsTooLong"/>.</summary>
    public readonly ReadOnlySpan<char> Word => _buffer[.._length];

    public readonly bool IsTooLong => _codePoints > WordPiece.LongestWord;

    public bool Read()
    {
        _length = 0;
        _codePoints = 0;
        while (_next < _text.Length)
        {
            CharacterTable.Entry entry = Peek(out int codePoint, out int consumed);
            if (_length > 0 && entry.Kind == CharacterTable.Kind.Alone)
            {
                return true;
            }
            _next += consumed;
            switch (entry.Kind)
            {
                case CharacterTable.Kind.Letter:
                    Append(entry.CodePoint);
                    break;
                case CharacterTable.Kind.Letters:
                    foreach (Rune rune in _table.Letters(codePoint).EnumerateRunes())
                    {
                        Append(rune.Value);
                    }
                    break;
                case CharacterTable.Kind.Alone:
                    Append(entry.CodePoint);
                    return true;
                case CharacterTable.Kind.Space when _length > 0:
                    return true;
            }
        }
        return _length > 0;
    }

    private readonly CharacterTable.Entry Peek(out int codePoint, out int consumed)
    {
        codePoint = _text[_next];
        consumed = 1;
        if (codePoint < CharacterTable.PageSize)
        {
            return _latin[codePoint];
        }
        if (char.IsSurrogate((char)codePoint))
        {
            Rune.DecodeFromUtf16(_text[_next..], out Rune rune, out consumed);
            codePoint = rune.Value;
        }
        return _table[codePoint];
    }

    private void Append(int codePoint)
    {
        if (IsTooLong)
        {
            return;
        }
        _codePoints++;
        if (codePoint <= char.MaxValue)
        {
            _buffer[_length++] = (char)codePoint;
        }
        else
        {
            _length += new Rune(codePoint).EncodeToUtf16(_buffer[_length..]);
        }
    }
}

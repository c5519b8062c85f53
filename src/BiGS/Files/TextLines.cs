using System.Text;
using System.Text.Unicode;

namespace BiGS.Files;

/// <summary>
/// The lines of a text file, gzipped or not, in UTF-8 whatever its encoding, read through one growing buffer: memory is the longest line. Lines end with
/// LF or CRLF; or with CR, as old Macs wrote them, where a file begins with CRs and no LF.
/// </summary>
internal sealed class TextLines : IDisposable
{
    /// <summary>A line or document beyond this many bytes or characters does not fit a string.</summary>
    public const int Longest = 1 << 29;

    private readonly string _path;
    private readonly Utf8Source _source;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineEnd;
    private long _bufferOffset;
    private bool _finished;
    private bool _maySkipNewline;

    /// <param name="path">The file; .gz is decompressed on the way.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    /// <param name="bufferSize">Bytes to read at once, at least 4.</param>
    public TextLines(string path, Encoding? encoding = null, int bufferSize = 1 << 16)
    {
        _path = path;
        _buffer = new byte[bufferSize];
        _source = new Utf8Source(path, encoding);
    }

    /// <summary>Counted from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The line without its newline, valid until the next <see cref="Advance"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_lineStart.._lineEnd);

    /// <summary>Moves to the next line; false at the end of the file.</summary>
    /// <exception cref="InvalidDataException">Broken gzip, bytes that the encoding does not have, or a line too long for a string.</exception>
    public bool Advance()
    {
        SkipNewline();
        int searched = _start;
        int newline;
        while ((newline = IndexOfEnd(_buffer.AsSpan(searched.._end))) < 0 && !_finished)
        {
            int added = Fill();
            searched = _end - added;
        }
        int end = newline < 0 ? _end : searched + newline;
        if (newline < 0 && _start == _end)
        {
            return false;
        }
        _lineStart = _start;
        _lineEnd = end > _start && newline >= 0 && _buffer[end - 1] == '\r' ? end - 1 : end;
        _start = newline < 0 ? end : end + 1;
        _maySkipNewline = _source.LinesEndWithReturn && newline >= 0 && _buffer[end] == '\r';
        LineNumber++;
        return true;
    }

    /// <summary>The line as a string.</summary>
    /// <exception cref="InvalidDataException">A byte is not UTF-8: says where in the decompressed text.</exception>
    public string Text()
    {
        RequireUtf8();
        return Encoding.UTF8.GetString(Bytes);
    }

    /// <exception cref="InvalidDataException">A byte is not UTF-8: says where in the decompressed text, and what the encoding seems to be.</exception>
    public void RequireUtf8()
    {
        if (!Utf8.IsValid(Bytes))
        {
            Utf8.ToUtf16(Bytes, new char[Bytes.Length], out int good, out _, replaceInvalidSequences: false);
            string text = FileNames.IsCompressed(_path) ? "decompressed text" : "text";
            throw new InvalidDataException(
                $"'{_path}' is not UTF-8: byte {_bufferOffset + _lineStart + good} of the {text}, "
                + $"in line {LineNumber}, is 0x{Bytes[good]:X2}; {UnknownEncoding.Remedy(_buffer.AsSpan(_lineStart.._end))}");
        }
    }

    /// <summary>All text of a file as UTF-8.</summary>
    /// <exception cref="InvalidDataException">As for lines, or the text is too long for an array.</exception>
    public static byte[] AllBytes(string path, Encoding? encoding)
    {
        using TextLines lines = new(path, encoding);
        using MemoryStream all = new();
        while (lines.Advance())
        {
            lines.RequireUtf8();
            all.Write(lines.Bytes);
            all.WriteByte((byte)'\n');
        }

        return all.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private int IndexOfEnd(ReadOnlySpan<byte> bytes) => _source.LinesEndWithReturn ? bytes.IndexOfAny((byte)'\n', (byte)'\r') : bytes.IndexOf((byte)'\n');

    /// <summary>Where lines end with CR, the LF of a CRLF ends none.</summary>
    private void SkipNewline()
    {
        if (_maySkipNewline)
        {
            while (_start == _end && !_finished)
            {
                Fill();
            }
            _start += _start < _end && _buffer[_start] == '\n' ? 1 : 0;
        }
    }

    /// <summary>Moves the unread rest to the front, reads behind it, and returns how many bytes came.</summary>
    private int Fill()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        _bufferOffset += _start;
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_end >= Longest)
            {
                throw new InvalidDataException($"'{_path}', line {LineNumber + 1} is longer than {Longest} bytes; break it into lines");
            }
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        int count = _source.Read(_buffer.AsSpan(_end));
        _finished = count == 0;
        _end += count;
        return count;
    }
}

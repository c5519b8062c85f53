using System.Text;
using System.Text.Unicode;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace BiGS.Corpora;

/// <summary>The lines of a UTF-8 file, gzipped or not, read through one growing buffer: memory is the longest line.</summary>
internal sealed class TextLines : IDisposable
{
    /// <summary>A line or document beyond this many bytes or characters does not fit a string.</summary>
    public const int Longest = 1 << 29;

    private readonly string _path;
    private readonly Stream _stream;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineEnd;
    private long _bufferOffset;
    private bool _finished;

    /// <param name="path">The file; .gz is decompressed on the way.</param>
    /// <param name="bufferSize">Bytes to read at once, at least 4.</param>
    public TextLines(string path, int bufferSize = 1 << 16)
    {
        _path = path;
        _buffer = new byte[bufferSize];
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (CorpusFiles.IsCompressed(path) && file.Length == 0)
        {
            file.Dispose();
            throw BrokenGzip("it is 0 bytes long", null);
        }
        // The platform's GZipStream takes a file cut short for a complete one; this reader does not.
        _stream = CorpusFiles.IsCompressed(path) ? new GZipInputStream(file, 1 << 16) : file;
    }

    /// <summary>Counted from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The line without its newline, valid until the next <see cref="Advance"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_lineStart.._lineEnd);

    /// <summary>Moves to the next line; false at the end of the file.</summary>
    /// <exception cref="InvalidDataException">Broken gzip, or a line too long for a string.</exception>
    public bool Advance()
    {
        int searched = _start;
        int newline;
        while ((newline = _buffer.AsSpan(searched.._end).IndexOf((byte)'\n')) < 0 && !_finished)
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
        if (LineNumber++ == 0 && Bytes.StartsWith("\uFEFF"u8))
        {
            _lineStart += 3;
        }
        return true;
    }

    /// <summary>The line as a string.</summary>
    /// <exception cref="InvalidDataException">A byte is not UTF-8: says where in the decompressed text.</exception>
    public string Text()
    {
        RequireUtf8();
        return Encoding.UTF8.GetString(Bytes);
    }

    /// <exception cref="InvalidDataException">A byte is not UTF-8: says where in the decompressed text.</exception>
    public void RequireUtf8()
    {
        if (!Utf8.IsValid(Bytes))
        {
            Utf8.ToUtf16(Bytes, new char[Bytes.Length], out int good, out _, replaceInvalidSequences: false);
            string text = CorpusFiles.IsCompressed(_path) ? "decompressed text" : "text";
            throw new InvalidDataException(
                $"'{_path}' is not UTF-8: byte {_bufferOffset + _lineStart + good} of the {text}, "
                + $"in line {LineNumber}, is 0x{Bytes[good]:X2}; save the file as UTF-8 (iconv -f LATIN1 -t UTF-8)");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

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
        try
        {
            int count = _stream.Read(_buffer.AsSpan(_end));
            _finished = count == 0;
            _end += count;
            return count;
        }
        catch (Exception broken) when (broken is SharpZipBaseException or EndOfStreamException)
        {
            throw BrokenGzip(broken.Message, broken);
        }
    }

    private InvalidDataException BrokenGzip(string what, Exception? cause) =>
        new($"'{_path}' is a broken gzip file after byte {_bufferOffset + _end} of its text ({what}); "
            + "check it with gzip -t and fetch it again", cause);
}

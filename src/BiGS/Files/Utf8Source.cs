using System.Text;

namespace BiGS.Files;

/// <summary>
/// The text of a file, gzipped or not, as UTF-8 bytes without a byte-order mark. A byte-order mark of UTF-8, UTF-16 or UTF-32 says what the encoding is;
/// without one it is given, and UTF-8 where it is not. UTF-8 is passed on as it stands, and not checked.
/// </summary>
internal sealed class Utf8Source : IDisposable
{
    private const int ChunkSize = 1 << 16;

    private readonly string _path;
    private readonly DecompressedFile _file;
    private readonly Transcoding? _transcoding;
    private ReadOnlyMemory<byte> _ready;

    /// <param name="path">The file; .gz is decompressed on the way.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    /// <exception cref="InvalidDataException">Broken gzip, no text, or text that seems to be UTF-16 or UTF-32 and does not say so.</exception>
    public Utf8Source(string path, Encoding? encoding)
    {
        _path = path;
        _file = new DecompressedFile(path);
        try
        {
            byte[] chunk = new byte[ChunkSize];
            ReadOnlyMemory<byte> first = chunk.AsMemory(0, Filled(chunk));
            Encoding? marked = TextEncoding.Marked(first.Span);
            first = first[(marked?.Preamble.Length ?? 0)..];
            Encoding? other = (marked ?? encoding) is { } found && found.CodePage != Encoding.UTF8.CodePage ? found : null;
            if (UnknownEncoding.RemedyForNoText(first.Span) is { } remedy)
            {
                throw new InvalidDataException($"'{path}' is not text: {remedy}");
            }

            if (marked is null && encoding is null && UnknownEncoding.WideName(first.Span) is { } name)
            {
                throw new InvalidDataException($"'{path}' is not UTF-8: its zero bytes look like {name} without a byte-order mark; {UnknownEncoding.RemedyFor(name)}");
            }

            _transcoding = other is null ? null : new Transcoding(other);
            _ready = _transcoding is null ? first : Utf8Of(first.Span);
            ReadOnlySpan<byte> text = _ready.Span;
            LinesEndWithReturn = text.IndexOf((byte)'\r') is var at and >= 0 && at < text.Length - 1 && !text.Contains((byte)'\n');
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Whether lines end with CR alone, as far as the first 64 KB tell.</summary>
    public bool LinesEndWithReturn { get; }

    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">Broken gzip, or bytes that the encoding does not have.</exception>
    public int Read(Span<byte> target)
    {
        if (_ready.IsEmpty && _transcoding is null)
        {
            return _file.Read(target);
        }

        while (_ready.IsEmpty)
        {
            byte[] chunk = new byte[ChunkSize];
            int count = _file.Read(chunk);
            if (count == 0)
            {
                return 0;
            }

            _ready = Utf8Of(chunk.AsSpan(0, count));
        }

        int copied = Math.Min(target.Length, _ready.Length);
        _ready.Span[..copied].CopyTo(target);
        _ready = _ready[copied..];
        return copied;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int Filled(Span<byte> chunk)
    {
        int filled = 0;
        while (filled < chunk.Length && _file.Read(chunk[filled..]) is var count and > 0)
        {
            filled += count;
        }

        return filled;
    }

    private byte[] Utf8Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _transcoding!.Utf8Of(bytes);
        }
        catch (DecoderFallbackException broken)
        {
            throw new InvalidDataException(
                $"'{_path}' is not {_transcoding!.Name}: byte {_file.Count - bytes.Length + Math.Max(0, broken.Index)} of the text is none of its characters; give another encoding ({UnknownEncoding.Setting}), or fetch the file again", broken);
        }
    }

    /// <summary>From one encoding to UTF-8, chunk by chunk: a character may begin in one and end in the next.</summary>
    private sealed class Transcoding(Encoding encoding)
    {
        private readonly Decoder _decoder = Strict(encoding).GetDecoder();
        private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

        public string Name => encoding.WebName;

        public byte[] Utf8Of(ReadOnlySpan<byte> bytes)
        {
            char[] characters = new char[_decoder.GetCharCount(bytes, flush: false)];
            int count = _decoder.GetChars(bytes, characters, flush: false);
            byte[] utf8 = new byte[_encoder.GetByteCount(characters.AsSpan(0, count), flush: false)];
            _encoder.GetBytes(characters.AsSpan(0, count), utf8, flush: false);
            return utf8;
        }

        private static Encoding Strict(Encoding encoding)
        {
            var strict = (Encoding)encoding.Clone();
            strict.DecoderFallback = DecoderFallback.ExceptionFallback;
            return strict;
        }
    }
}

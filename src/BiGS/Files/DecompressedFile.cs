using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace BiGS.Files;

/// <summary>The bytes of a file; of one that ends in .gz, unpacked.</summary>
internal sealed class DecompressedFile : IDisposable
{
    private readonly string _path;
    private readonly Stream _stream;

    /// <exception cref="InvalidDataException">An empty file that should be gzip.</exception>
    public DecompressedFile(string path)
    {
        _path = path;
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (!FileNames.IsCompressed(path))
        {
            _stream = file;
            return;
        }

        if (file.Length == 0)
        {
            file.Dispose();
            throw Broken("it is 0 bytes long", null);
        }

        // The platform's GZipStream takes a file cut short for a complete one; this reader does not.
        _stream = new GZipInputStream(file, 1 << 16);
    }

    /// <summary>How many were read.</summary>
    public long Count { get; private set; }

    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">Broken gzip.</exception>
    public int Read(Span<byte> target)
    {
        try
        {
            int count = _stream.Read(target);
            Count += count;
            return count;
        }
        catch (Exception broken) when (broken is SharpZipBaseException or EndOfStreamException)
        {
            throw Broken(broken.Message, broken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private InvalidDataException Broken(string what, Exception? cause) =>
        new($"'{_path}' is a broken gzip file after byte {Count} of its text ({what}); check it with gzip -t and fetch it again", cause);
}

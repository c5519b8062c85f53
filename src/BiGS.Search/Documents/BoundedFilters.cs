using System.IO.Compression;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace BiGS.Search.Documents;

/// <summary>
/// PDF's decoders, of which those that inflate a thousandfold have a limit: what a stream unpacks to is counted before the library keeps it in memory. The
/// limit holds for all streams of a file together.
/// </summary>
internal sealed class BoundedFilters(string path, DocumentOptions options) : IFilterProvider
{
    /// <summary>Pictures and fonts are unpacked too, and a stream may be more than once.</summary>
    private const int TimesFileLimit = 8;

    private long _left = TimesFileLimit * options.MaxFileBytes;

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetFilters(DictionaryToken dictionary) => Bounded(DefaultFilterProvider.Instance.GetFilters(dictionary));

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetNamedFilters(IReadOnlyList<NameToken> names) => Bounded(DefaultFilterProvider.Instance.GetNamedFilters(names));

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetAllFilters() => Bounded(DefaultFilterProvider.Instance.GetAllFilters());

    private IReadOnlyList<IFilter> Bounded(IReadOnlyList<IFilter> filters) => [.. filters.Select(filter => filter is FlateFilter ? new BoundedFlate(filter, this) : filter)];

    private void Count(ReadOnlySpan<byte> packed)
    {
        using var packedStream = new MemoryStream(packed.ToArray());
        using var inflated = new ZLibStream(packedStream, CompressionMode.Decompress);
        byte[] chunk = new byte[1 << 16];
        long size = 0;
        try
        {
            while (inflated.Read(chunk) is var count and > 0)
            {
                size += count;
                if (size > options.MaxFileBytes || (_left -= count) < 0)
                {
                    throw DocumentText.TooLarge(path, "unpacks to more than", options);
                }
            }
        }
        catch (InvalidDataException)
        {
            // A damaged stream: the library's own decoder takes what can be had of it, which is not more than was counted.
        }
    }

    private sealed class BoundedFlate(IFilter flate, BoundedFilters bounds) : IFilter
    {
        public bool IsSupported => flate.IsSupported;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            bounds.Count(input.Span);
            return flate.Decode(input, streamDictionary, filterProvider, filterIndex);
        }
    }
}

namespace BiGS.Tokenizers;

/// <summary>The ids of words met before: a table of a fixed number of places, where a newcomer takes the place of whoever held
/// it.</summary>
/// <remarks>Safe for many threads without a lock: an entry never changes once it stands in its place.</remarks>
internal sealed class WordCache
{
    // About 10 MB when full; the words of a corpus follow Zipf's law, and the frequent ones soon hold their places.
    private const int Places = 1 << 16;

    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>The ids of a word: remembered, or worked out by the vocabulary and then remembered.</summary>
    public ReadOnlySpan<int> Ids(ReadOnlySpan<char> word, WordPiece pieces)
    {
        ref Entry? place = ref _entries[Place(word)];
        Entry? entry = place;
        if (entry is null || !word.SequenceEqual(entry.Word))
        {
            entry = new Entry(word.ToString(), [.. pieces.Pieces(word).Select(piece => piece.Id)]);
            place = entry;
        }
        return entry.Ids;
    }

    // FNV-1a over code units; the multiplication leaves the mixed bits at the top.
    private static int Place(ReadOnlySpan<char> word)
    {
        uint hash = 2166136261;
        foreach (char unit in word)
        {
            hash = (hash ^ unit) * 16777619;
        }
        return (int)((hash ^ (hash >> 16)) & (Places - 1));
    }

    private sealed record Entry(string Word, int[] Ids);
}

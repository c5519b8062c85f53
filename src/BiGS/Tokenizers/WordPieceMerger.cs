using System.Runtime.InteropServices;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Merges the most frequent pair of neighbouring pieces over counted words; counts follow the words that change, nothing is
/// counted anew.</summary>
internal sealed class WordPieceMerger
{
    private readonly List<string> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly List<Word> _words = [];
    private readonly Dictionary<Pair, Occurrences> _pairs = [];
    private readonly PriorityQueue<Pair, (long Count, Pair Pair)> _queue;

    /// <param name="alphabet">The tokens to begin with; words are cut into those of one character.</param>
    public WordPieceMerger(List<string> alphabet)
    {
        _tokens = alphabet;
        _ids = alphabet.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
        _queue = new(Comparer<(long Count, Pair Pair)>.Create(
            (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : Compare(a.Pair, b.Pair)));
    }

    /// <summary>The alphabet and the merged pieces, in the order learned.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>Counts a word's pairs, unless a character is not in the alphabet.</summary>
    public void Add(string word, long count)
    {
        var pieces = new List<int>(word.Length);
        foreach (Rune rune in word.EnumerateRunes())
        {
            if (!_ids.TryGetValue(pieces.Count == 0 ? rune.ToString() : WordPieceVocabulary.ContinuationPrefix + rune, out int id))
            {
                return;
            }
            pieces.Add(id);
        }
        _words.Add(new Word([.. pieces], count));
        for (int i = 1; i < pieces.Count; i++)
        {
            Occurrences occurrences = Of(new Pair(pieces[i - 1], pieces[i]));
            occurrences.Count += count;
            occurrences.Words.Add(_words.Count - 1);
        }
    }

    /// <summary>Merges until there are <paramref name="size"/> tokens, or no pair occurs <paramref name="minFrequency"/> times.</summary>
    public void Merge(int size, long minFrequency, IProgress<WordPieceProgress>? progress, CancellationToken cancellationToken)
    {
        _queue.EnqueueRange(_pairs.Select(pair => (pair.Key, (pair.Value.Count, pair.Key))));
        int begun = _tokens.Count;
        while (_tokens.Count < size && TryMostFrequent(minFrequency, out Pair pair))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((_tokens.Count - begun) % 128 == 0)
            {
                progress?.Report(new WordPieceProgress("merging pieces", (double)(_tokens.Count - begun) / (size - begun)));
            }
            Merge(pair);
        }
        progress?.Report(new WordPieceProgress("merging pieces", 1));
    }

    // Counts only fall while a pair waits, or it is queued again: an outdated entry comes up too early, and goes back with its true count.
    private bool TryMostFrequent(long minFrequency, out Pair pair)
    {
        while (_queue.TryDequeue(out pair, out (long Count, Pair Pair) queued))
        {
            if (!_pairs.TryGetValue(pair, out Occurrences? occurrences) || occurrences.Count < minFrequency)
            {
                continue;
            }
            if (occurrences.Count == queued.Count)
            {
                return true;
            }
            _queue.Enqueue(pair, (occurrences.Count, pair));
        }
        return false;
    }

    private void Merge(Pair pair)
    {
        int merged = Token(pair);
        _pairs.Remove(pair, out Occurrences? occurrences);
        var grown = new HashSet<Pair>();
        foreach (int index in occurrences!.Words)
        {
            Word word = _words[index];
            int[] joined = Join(word.Pieces, pair, merged);
            if (joined.Length == word.Pieces.Length)
            {
                continue;
            }
            for (int i = 1; i < word.Pieces.Length; i++)
            {
                var old = new Pair(word.Pieces[i - 1], word.Pieces[i]);
                if (old != pair)
                {
                    _pairs[old].Count -= word.Count;
                }
            }
            for (int i = 1; i < joined.Length; i++)
            {
                var now = new Pair(joined[i - 1], joined[i]);
                Occurrences present = Of(now);
                present.Count += word.Count;
                if (now.Left == merged || now.Right == merged)
                {
                    present.Words.Add(index);
                    grown.Add(now);
                }
            }
            _words[index] = word with { Pieces = joined };
        }
        foreach (Pair now in grown)
        {
            _queue.Enqueue(now, (_pairs[now].Count, now));
        }
    }

    // Two pairs may spell the same piece (a + ##bc, ab + ##c); it has one id.
    private int Token(Pair pair)
    {
        string text = _tokens[pair.Left] + _tokens[pair.Right][WordPieceVocabulary.ContinuationPrefix.Length..];
        ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, text, out bool known);
        if (!known)
        {
            id = _tokens.Count;
            _tokens.Add(text);
        }
        return id;
    }

    private static int[] Join(int[] pieces, Pair pair, int merged)
    {
        var joined = new List<int>(pieces.Length);
        for (int i = 0; i < pieces.Length; i++)
        {
            bool here = i + 1 < pieces.Length && pieces[i] == pair.Left && pieces[i + 1] == pair.Right;
            joined.Add(here ? merged : pieces[i]);
            i += here ? 1 : 0;
        }
        return [.. joined];
    }

    private Occurrences Of(Pair pair) => CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _) ??= new Occurrences();

    private int Compare(Pair a, Pair b) => a.Left != b.Left
        ? string.CompareOrdinal(_tokens[a.Left], _tokens[b.Left])
        : string.CompareOrdinal(_tokens[a.Right], _tokens[b.Right]);

    private readonly record struct Pair(int Left, int Right);

    private readonly record struct Word(int[] Pieces, long Count);

    private sealed class Occurrences
    {
        public long Count { get; set; }

        // Words that hold or have held the pair; some twice.
        public List<int> Words { get; } = [];
    }
}

using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Learns a WordPiece vocabulary from documents: characters first, then the most frequent pair of neighbouring pieces, again and
/// again.</summary>
/// <remarks>
/// The words of the normalised documents are counted and cut into characters; each step merges the pair that occurs most often,
/// counted over all words (byte-pair encoding, Sennrich et al. 2016), and adds the merged piece. A tie goes to the pair whose left piece,
/// then whose right piece, is first in ordinal (UTF-16) order, "##" included. Words with a character outside the alphabet, or longer than
/// 100 code points, are [UNK] whatever is learned, and do not count. The result depends on documents and options alone, not on threads.
/// </remarks>
public sealed record WordPieceTrainer
{
    /// <summary>Tokens to learn, special tokens and alphabet included. Fewer come out where no frequent pair is left.</summary>
    public int Size { get; init; } = 30522;

    /// <inheritdoc cref="BertNormalizer.LowerCase"/>
    public bool LowerCase { get; init; } = true;

    /// <inheritdoc cref="BertNormalizer.StripAccents"/>
    public bool? StripAccents { get; init; }

    /// <inheritdoc cref="BertNormalizer.TokenizeChineseChars"/>
    public bool TokenizeChineseChars { get; init; } = true;

    /// <summary>A pair must occur this often to be merged.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>The most frequent characters that make the alphabet; a word with any other is [UNK]. Never more than <see cref="Size"/>
    /// has room for.</summary>
    public int AlphabetLimit { get; init; } = 1000;

    /// <summary>Threads that count words.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Distinct words held in memory, about 100 bytes each; beyond it the rarest are forgotten.</summary>
    internal int WordLimit { get; init; } = 1 << 22;

    /// <summary>For a model's own text: an alphabet large enough for any European one, and small enough to leave room for words.</summary>
    public static WordPieceTrainer ForText(int size) => new() { Size = size, AlphabetLimit = 300 };

    /// <summary>Learns a vocabulary and gives the tokenizer that has it, ids 0 to 4 being [PAD], [UNK], [CLS], [SEP], [MASK].</summary>
    /// <param name="documents">Read once, in order, on the calling thread.</param>
    /// <param name="progress">Told of the phase and its fraction.</param>
    /// <param name="cancellation">Stops between blocks of documents and between merges.</param>
    /// <exception cref="InvalidOperationException">An option is out of range.</exception>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public BertTokenizer Train(
        IEnumerable<string> documents, IProgress<WordPieceProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (Size < WordPieceVocabulary.SpecialTokens.Count || MinFrequency < 1 || AlphabetLimit < 0 || Threads < 1)
        {
            throw new InvalidOperationException($"cannot learn a vocabulary with {this}: expected a Size of at least "
                + $"{WordPieceVocabulary.SpecialTokens.Count} (the special tokens), MinFrequency and Threads of at least 1, "
                + "no negative AlphabetLimit");
        }
        var normalizer = new BertNormalizer
        {
            LowerCase = LowerCase,
            StripAccents = StripAccents,
            TokenizeChineseChars = TokenizeChineseChars,
        };
        var counter = new WordCounter(new CharacterTable(normalizer), Threads, WordLimit);
        Dictionary<string, long> words = counter.Count(documents, progress, cancellation);
        var merger = new PieceMerger(Alphabet(words));
        foreach ((string word, long count) in words)
        {
            merger.Add(word, count);
        }
        merger.Merge(Size, MinFrequency, progress, cancellation);
        return new BertTokenizer(new WordPieceVocabulary(merger.Tokens), normalizer);
    }

    // Special tokens, then characters as they begin words, then as they continue them, each by code point.
    private List<string> Alphabet(Dictionary<string, long> words)
    {
        var counts = new Dictionary<Rune, long>();
        var continuing = new HashSet<Rune>();
        foreach ((string word, long count) in words)
        {
            bool first = true;
            foreach (Rune rune in word.EnumerateRunes())
            {
                counts[rune] = counts.GetValueOrDefault(rune) + count;
                if (!first)
                {
                    continuing.Add(rune);
                }
                first = false;
            }
        }
        int room = Size - WordPieceVocabulary.SpecialTokens.Count;
        Rune[] alphabet = [.. counts.OrderByDescending(rune => rune.Value).ThenBy(rune => rune.Key).Select(rune => rune.Key)
            .Take(AlphabetLimit)
            .TakeWhile(rune => (room -= continuing.Contains(rune) ? 2 : 1) >= 0)
            .Order()];
        return
        [
            .. WordPieceVocabulary.SpecialTokens,
            .. alphabet.Select(rune => rune.ToString()),
            .. alphabet.Where(continuing.Contains).Select(rune => WordPieceVocabulary.ContinuationPrefix + rune),
        ];
    }
}

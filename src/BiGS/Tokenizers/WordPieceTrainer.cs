using System.Globalization;
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

    /// <summary>The normal form that texts are brought to first; <see langword="null"/> for NFC, which the tokenizer then keeps only where its
    /// vocabulary needs it: one of plain ASCII reads text as BERT's own does.</summary>
    public NormalizationForm? Form { get; init; }

    /// <summary>A pair must occur this often to be merged.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>The most frequent characters that make the alphabet; a word with any other is [UNK]. Never more than <see cref="Size"/>
    /// has room for.</summary>
    public int AlphabetLimit { get; init; } = 1000;

    /// <summary>The share of all characters that the alphabet covers, from 0 to 1: it grows beyond <see cref="AlphabetLimit"/> for it, up to half
    /// of <see cref="Size"/>. Scripts of thousands of characters need it; 0 for none.</summary>
    public double AlphabetCoverage { get; init; }

    /// <summary>Threads that count words.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Distinct words held in memory, about 100 bytes each; beyond it the rarest are forgotten.</summary>
    internal int WordLimit { get; init; } = 1 << 22;

    /// <summary>The coverage that leaves out what occurs once in two thousand characters: foreign names and stray signs.</summary>
    public const double DefaultAlphabetCoverage = 0.9995;

    /// <summary>For a model's own text: an alphabet large enough for any European one and small enough to leave room for words, and as large as
    /// scripts of more characters need it.</summary>
    /// <param name="size">Tokens to learn.</param>
    /// <param name="normalizer">How text is normalised; as for bert-base-uncased where left out.</param>
    public static WordPieceTrainer ForText(int size, BertNormalizer? normalizer = null) =>
        new WordPieceTrainer { Size = size, AlphabetLimit = 300, AlphabetCoverage = DefaultAlphabetCoverage }.WithNormalizer(normalizer ?? new BertNormalizer());

    /// <summary>The same with a normaliser's options.</summary>
    public WordPieceTrainer WithNormalizer(BertNormalizer normalizer)
    {
        ArgumentNullException.ThrowIfNull(normalizer);
        return this with
        {
            LowerCase = normalizer.LowerCase,
            StripAccents = normalizer.StripAccents,
            TokenizeChineseChars = normalizer.TokenizeChineseChars,
            Form = normalizer.Form,
        };
    }

    /// <summary>Learns a vocabulary and gives the tokenizer that has it, ids 0 to 4 being [PAD], [UNK], [CLS], [SEP], [MASK].</summary>
    /// <param name="documents">Read once, in order, on the calling thread.</param>
    /// <param name="progress">Reports the phase and the share of it that is done.</param>
    /// <param name="cancellationToken">Stops between blocks of documents and between merges.</param>
    /// <exception cref="InvalidOperationException">An option is out of range.</exception>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public BertTokenizer Train(
        IEnumerable<string> documents, IProgress<WordPieceProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (Size < WordPieceVocabulary.SpecialTokens.Count || MinFrequency < 1 || AlphabetLimit < 0 || Threads < 1
            || AlphabetCoverage is not (>= 0 and <= 1))
        {
            throw new InvalidOperationException($"cannot learn a vocabulary with {this}: expected a Size of at least "
                + $"{WordPieceVocabulary.SpecialTokens.Count} (the special tokens), MinFrequency and Threads of at least 1, "
                + "no negative AlphabetLimit, and an AlphabetCoverage from 0 to 1");
        }
        var normalizer = new BertNormalizer
        {
            LowerCase = LowerCase,
            StripAccents = StripAccents,
            TokenizeChineseChars = TokenizeChineseChars,
            LatinAccentsOnly = StripAccents ?? LowerCase,
            Form = Form ?? NormalizationForm.FormC,
        };
        var counter = new WordCounter(new CharacterTable(normalizer), Threads, WordLimit);
        Dictionary<string, long> words = counter.Count(documents, progress, cancellationToken);
        var merger = new WordPieceMerger(Alphabet(words));
        foreach ((string word, long count) in words)
        {
            merger.Add(word, count);
        }
        merger.Merge(Size, MinFrequency, progress, cancellationToken);
        BertNormalizer bertsOwn = normalizer with { LatinAccentsOnly = false, Form = null };
        return new BertTokenizer(
            new WordPieceVocabulary(merger.Tokens), Form is null && merger.Tokens.All(token => IsLeftAlone(token, bertsOwn)) ? bertsOwn : normalizer);
    }

    // Whether a token comes through a normaliser as it is, however its accents are written.
    private static bool IsLeftAlone(string token, BertNormalizer normalizer) =>
        WordPieceVocabulary.SpecialTokens.Contains(token)
        || normalizer.Normalize(Decomposed(token)).Text.Replace(" ", "", StringComparison.Ordinal) == token;

    // Normalize throws on what Unicode has not assigned, which has no decomposition.
    private static string Decomposed(string token) => string.Concat(token.EnumerateRunes().Select(rune =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned ? rune.ToString() : rune.ToString().Normalize(NormalizationForm.FormD)));

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
        double wanted = AlphabetCoverage * counts.Values.Sum();
        long covered = 0;
        Rune[] alphabet = [.. counts.OrderByDescending(rune => rune.Value).ThenBy(rune => rune.Key).Select(rune => rune.Key)
            .TakeWhile((rune, rank) => rank < AlphabetLimit || (covered < wanted && room > Size / 2))
            .TakeWhile(rune =>
            {
                room -= continuing.Contains(rune) ? 2 : 1;
                covered += counts[rune];
                return room >= 0;
            })
            .Order()];
        return
        [
            .. WordPieceVocabulary.SpecialTokens,
            .. alphabet.Select(rune => rune.ToString()),
            .. alphabet.Where(continuing.Contains).Select(rune => WordPieceVocabulary.ContinuationPrefix + rune),
        ];
    }
}

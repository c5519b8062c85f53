namespace BiGS.Training.Data;

/// <summary>How much is masked, and with what (paper.md §4).</summary>
public sealed record MlmMaskingOptions
{
    /// <summary>Share of a row's tokens that are asked for.</summary>
    public double Rate { get; init; } = 0.15;

    /// <summary>
    /// The share at the end of a run, to which <see cref="Rate"/> goes in a straight line; null to stay. More questions a row help while there is
    /// everything to learn, more context later (Ankner et al. 2024, Yang et al. 2023).
    /// </summary>
    public double? FinalRate { get; init; }

    /// <summary>The share of a row's tokens that are asked for when so much of the run is done, of 1.</summary>
    internal double RateAt(double done) => FinalRate is { } last ? Rate + ((last - Rate) * done) : Rate;

    /// <summary>At most this many per 128 tokens of row length; null for no limit.</summary>
    public int? MostPer128 { get; init; } = 20;

    /// <summary>Mask all pieces of a word or none.</summary>
    public bool WholeWords { get; init; }

    public ulong Seed { get; init; } = 42;
}

/// <summary>
/// Hides words of a row: of those chosen, 80 % become [MASK], 10 % a random word, 10 % stay. Every choice follows from the seed and the
/// row's number, so a row of an epoch is always masked the same way.
/// </summary>
internal sealed class MlmMasker
{
    private const double MaskedShare = 0.8;
    private const double RandomShare = 0.1;

    private readonly MlmMaskingOptions _options;
    private readonly SpecialTokens _special;
    private readonly int[] _words;
    private readonly Func<int, bool>? _isContinuation;
    private readonly CounterRandom _positions;
    private readonly CounterRandom _replacements;

    /// <param name="options">How much.</param>
    /// <param name="special">Never masked, never drawn as a random word.</param>
    /// <param name="vocabularySize">Random words are drawn from [0, size).</param>
    /// <param name="isContinuation">True for pieces that go on a word (“##”); needed for whole words.</param>
    /// <exception cref="ArgumentException">Whole words are asked for and nobody says which pieces go on a word; or there is no ordinary word.</exception>
    public MlmMasker(MlmMaskingOptions options, SpecialTokens special, int vocabularySize, Func<int, bool>? isContinuation = null)
    {
        if (options.WholeWords && isContinuation is null)
        {
            throw new ArgumentException("Masking whole words needs to know which pieces go on a word.");
        }

        _options = options;
        _special = special;
        _isContinuation = options.WholeWords ? isContinuation : null;
        _words = [.. Enumerable.Range(0, vocabularySize).Where(id => !special.Contains(id))];
        if (_words.Length == 0)
        {
            throw new ArgumentException($"A vocabulary of {vocabularySize} has no word besides the special tokens.");
        }

        _positions = new CounterRandom(options.Seed, RandomStream.MaskedPositions);
        _replacements = new CounterRandom(options.Seed, RandomStream.Replacements);
    }

    /// <summary>Masks a row in place.</summary>
    /// <param name="ids">The row; the masked words are replaced.</param>
    /// <param name="maxLength">What the limit per 128 is counted from.</param>
    /// <param name="index">The row's number in the run: epoch · rows + row.</param>
    /// <param name="done">How much of the run is done, of 1.</param>
    /// <returns>The masked positions, ascending, and the words that stood there.</returns>
    public (int[] Positions, int[] Words) Mask(Span<int> ids, int maxLength, ulong index, double done = 0)
    {
        List<int> starts = WordStarts(ids);
        int tokens = 0;
        foreach (int start in starts)
        {
            tokens += WordLength(ids, start);
        }

        int wanted = Math.Max(1, (int)Math.Round(_options.RateAt(done) * tokens));
        if (_options.MostPer128 is { } most)
        {
            wanted = Math.Min(wanted, ((most * maxLength) + 127) / 128);
        }

        var chosen = new List<int>(wanted);
        for (int i = 0; i < starts.Count && chosen.Count < wanted; i++)
        {
            int other = i + _positions.Below(starts.Count - i, index, (uint)i);
            (starts[i], starts[other]) = (starts[other], starts[i]);
            int length = WordLength(ids, starts[i]);
            if (chosen.Count + length <= wanted)
            {
                chosen.AddRange(Enumerable.Range(starts[i], length));
            }
        }

        chosen.Sort();
        int[] words = new int[chosen.Count];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = ids[chosen[i]];
            ids[chosen[i]] = Replacement(words[i], index, (uint)chosen[i]);
        }

        return ([.. chosen], words);
    }

    /// <summary>Where maskable words begin; without whole words, every token is one.</summary>
    private List<int> WordStarts(ReadOnlySpan<int> ids)
    {
        var starts = new List<int>(ids.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            if (!IsFrame(ids[i]) && (i == 0 || _isContinuation is null || !_isContinuation(ids[i]) || IsFrame(ids[i - 1])))
            {
                starts.Add(i);
            }
        }

        return starts;
    }

    private int WordLength(ReadOnlySpan<int> ids, int start)
    {
        int end = start + 1;
        while (_isContinuation is not null && end < ids.Length && !IsFrame(ids[end]) && _isContinuation(ids[end]))
        {
            end++;
        }

        return end - start;
    }

    /// <summary>An unknown word can be asked for; the frame of a row cannot.</summary>
    private bool IsFrame(int id) => id == _special.Pad || id == _special.Classification || id == _special.Separator || id == _special.Mask;

    private int Replacement(int word, ulong index, uint position)
    {
        double luck = _replacements.Unit(index, position << 1);
        return luck < MaskedShare ? _special.Mask
            : luck < MaskedShare + RandomShare ? _words[_replacements.Below(_words.Length, index, (position << 1) | 1)]
            : word;
    }
}

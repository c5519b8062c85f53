using System.Globalization;

namespace BiGS.Tokenizers;

/// <summary>How much of what is read a vocabulary knows: the share of [UNK] among the first pieces. Several threads may add to one.</summary>
/// <param name="tokenizer">Whose ids are counted.</param>
internal sealed class VocabularyCoverage(BertTokenizer tokenizer)
{
    /// <summary>The share of [UNK] above which a vocabulary is of another script than the text.</summary>
    private const double Tolerated = 0.3;

    /// <summary>Pieces that are enough to judge by.</summary>
    private const long Enough = 200_000;

    private long _pieces;
    private long _unknown;

    /// <summary>Whether more would not change the judgement.</summary>
    public bool HasEnough => Interlocked.Read(ref _pieces) >= Enough;

    /// <summary>The share of [UNK], from 0 to 1; 0 where nothing was read.</summary>
    public double UnknownShare => (double)Interlocked.Read(ref _unknown) / Math.Max(1, Interlocked.Read(ref _pieces));

    /// <summary>What is wrong and what to do, in one line; none where the vocabulary covers what was read.</summary>
    public IReadOnlyList<string> Warnings => UnknownShare <= Tolerated ? [] :
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * UnknownShare:f0} % of the pieces are [UNK]: this vocabulary does not cover the script of the text; train one with WordPieceTrainer.Train, or take a model that knows it"),
    ];

    /// <summary>Counts the pieces of a text; special tokens such as [CLS], [MASK] and padding do not count.</summary>
    public void Add(IEnumerable<int> ids)
    {
        if (HasEnough)
        {
            return;
        }
        (long pieces, long unknown) = (0, 0);
        foreach (int id in ids)
        {
            bool isUnknown = id == tokenizer.Vocabulary.UnknownId;
            pieces += isUnknown || !tokenizer.IsSpecial(id) ? 1 : 0;
            unknown += isUnknown ? 1 : 0;
        }
        Interlocked.Add(ref _pieces, pieces);
        Interlocked.Add(ref _unknown, unknown);
    }
}

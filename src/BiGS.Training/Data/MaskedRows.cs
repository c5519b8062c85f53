using BiGS.Inference;

namespace BiGS.Training.Data;

/// <summary>A row with its question: what the model reads, and which words were hidden where.</summary>
/// <param name="Input">The tokens that the model reads.</param>
/// <param name="Positions">Masked positions, ascending.</param>
/// <param name="Words">What stood there.</param>
internal sealed record MaskedRow(TokenRow Input, int[] Positions, int[] Words)
{
    /// <summary>The ids as they were before anything was hidden.</summary>
    public int[] Text()
    {
        int[] text = [.. Input.Ids];
        for (int i = 0; i < Positions.Length; i++)
        {
            text[Positions[i]] = Words[i];
        }

        return text;
    }
}

/// <summary>Rows that come masked.</summary>
internal interface IMaskedRows
{
    long Count { get; }

    int MaxLength { get; }

    /// <summary>How long a row is, without reading it.</summary>
    int LengthOf(long row);

    /// <param name="row">In [0, Count).</param>
    /// <param name="epoch">How often the rows were all read before.</param>
    /// <param name="done">How much of the run is done, of 1: how much is masked may depend on it.</param>
    MaskedRow At(long row, long epoch, double done = 0);
}

/// <summary>Text whose masks are drawn anew in every epoch.</summary>
internal sealed class DynamicMasks(IRowSource rows, MlmMasker masker) : IMaskedRows
{
    public long Count => rows.Count;

    public int MaxLength => rows.MaxLength;

    public int LengthOf(long row) => rows.LengthOf(row);

    public MaskedRow At(long row, long epoch, double done = 0)
    {
        int[] ids = new int[rows.MaxLength];
        int length = rows.Fill(row, ids);
        ids = ids[..length];
        (int[] positions, int[] words) = masker.Mask(ids, rows.MaxLength, ((ulong)epoch * (ulong)rows.Count) + (ulong)row, done);
        return new MaskedRow(new TokenRow(ids), positions, words);
    }
}

using BiGS.Inference;
using BiGS.Tokenizers;
using BiGS.Training.Data;

namespace BiGS.Training.Distillation;

/// <summary>Texts as the student reads them, and what the teacher says of them: batches to learn from, and some texts kept aside.</summary>
internal sealed class TaughtTexts
{
    private const int HeldOutEvery = 50;
    private const int MostHeldOut = 2_000;
    private const int HeldOutBatch = 100;

    private readonly TokenRow[] _rows;
    private readonly TeacherVectors _teacher;
    private readonly int _padId;
    private readonly int _maxLength;

    /// <param name="texts">In random order: the first are kept aside.</param>
    /// <param name="teacher">What the teacher says of them.</param>
    /// <param name="tokenizer">The student's.</param>
    /// <param name="maxLength">Tokens of a row; the rest of a longer text is cut off.</param>
    public TaughtTexts(IReadOnlyList<string> texts, TeacherVectors teacher, BertTokenizer tokenizer, int maxLength)
    {
        _rows = [.. texts.AsParallel().AsOrdered().Select(text => new TokenRow([.. tokenizer.Encode(text, maxLength: maxLength).Ids]))];
        (_teacher, _padId, _maxLength) = (teacher, tokenizer.Vocabulary.PadId, maxLength);
        HeldOutCount = Math.Clamp(texts.Count / HeldOutEvery, 1, MostHeldOut);
        if (TrainCount < 1)
        {
            throw new InvalidDataException($"there {(texts.Count == 1 ? "is one text" : "is no text")} to learn from, and one to keep aside is needed; give a longer corpus.");
        }
    }

    /// <summary>Texts to learn from.</summary>
    public int TrainCount => _rows.Length - HeldOutCount;

    /// <summary>Texts that are only scored.</summary>
    public int HeldOutCount { get; }

    /// <summary>The batches of a training, each a function of its number.</summary>
    /// <param name="batchSize">Texts of a batch, over all ranks.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="rank">Which ranks' texts are read: every <paramref name="worldSize"/>-th of a batch from this one.</param>
    /// <param name="worldSize">Ranks.</param>
    public Func<long, TaughtBatch> Batches(int batchSize, long seed, int rank, int worldSize)
    {
        var order = new SimilarLengthOrder(new ShuffledOrder(TrainCount, (ulong)seed), batchSize, (ulong)seed, row => _rows[HeldOutCount + row].Ids.Length);
        return number => Batch([.. order.BatchAt(number).Where((_, i) => i % worldSize == rank).Select(place => HeldOutCount + (int)place.Row)]);
    }

    /// <summary>The texts kept aside, always in the same batches.</summary>
    public IEnumerable<TaughtBatch> HeldOut() =>
        Enumerable.Range(0, HeldOutCount).OrderBy(text => _rows[text].Ids.Length).Chunk(HeldOutBatch).Select(Batch);

    private TaughtBatch Batch(int[] texts)
    {
        TokenRow[] rows = [.. texts.Select(text => _rows[text])];
        return new TaughtBatch(
            Inference.Batch.Create(rows, _padId, SimilarLengthOrder.PaddedLength(rows.Max(row => row.Ids.Length), _maxLength)), _teacher.Floats(texts));
    }
}

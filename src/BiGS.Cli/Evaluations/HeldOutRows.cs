using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Training.Data;

namespace BiGS.Cli.Evaluations;

/// <summary>Held-out documents as rows whose masks follow from a seed.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="tokenizer">The model's own.</param>
/// <param name="maxLength">Tokens of a row.</param>
/// <param name="seed">Decides the masks.</param>
/// <param name="pack">Whether short documents that follow each other share a row, [SEP] between them, as many as fit in it whole.</param>
internal sealed class HeldOutRows(BiGSConfig config, BertTokenizer tokenizer, int maxLength, int seed, bool pack = false)
{
    private readonly List<int[]> _documents = [];
    private DynamicMasks? _rows;

    public int Documents { get; private set; }

    public long Count => Rows.Count;

    public int MaxLength => maxLength;

    private DynamicMasks Rows => _rows ?? throw new InvalidOperationException("Rows are there when the documents are read.");

    public void Read(IEnumerable<string> documents, ProgressLine line, CancellationToken cancellationToken)
    {
        var ids = new List<int>();
        foreach (string document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ids.Clear();
            tokenizer.EncodeIds(document, ids);
            _documents.Add([.. ids]);
            line.Report("reading", detail: $"{_documents.Count:N0} documents");
        }

        Documents = _documents.Count;
        WordPieceVocabulary words = tokenizer.Vocabulary;
        var special = SpecialTokens.FromVocabulary(words);
        var masker = new MlmMasker(new MlmMaskingOptions { Seed = (ulong)seed }, special, words.Count);
        _rows = new DynamicMasks(new DocumentRows(new DocumentsInMemory(pack ? Packed(special.Separator) : _documents), special, maxLength), masker);
    }

    private List<int[]> Packed(int separator)
    {
        var packed = new List<int[]>();
        foreach (int[] document in _documents.Where(document => document.Length > 0))
        {
            if (packed.Count > 0 && packed[^1].Length + 1 + document.Length <= maxLength - 2)
            {
                packed[^1] = [.. packed[^1], separator, .. document];
            }
            else
            {
                packed.Add(document);
            }
        }

        return packed;
    }

    /// <summary>All rows once. A model that sees its padding gets rows of full length, as in its training.</summary>
    public IEnumerable<MaskedBatch> Batches(int batchSize, ProgressLine line)
    {
        long done = 0;
        PadTo padTo = config.PaddingAffectsOutput() ? PadTo.MaxLength : PadTo.Longest;
        foreach (MaskedBatch batch in BatchSource.InOrder(Rows, batchSize, tokenizer.Vocabulary.PadId, padTo))
        {
            line.Report("scoring", (double)done / Rows.Count, $"{done:N0} of {Rows.Count:N0} rows");
            yield return batch;
            done += batch.Input.Rows;
        }
    }
}

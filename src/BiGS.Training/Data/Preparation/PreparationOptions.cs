using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>What is prepared, and how.</summary>
public sealed record PreparationOptions
{
    /// <summary>Files, folders, globs.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>Makes the ids; null to learn a vocabulary of the corpus.</summary>
    public BertTokenizer? Tokenizer { get; init; }

    /// <summary>Words of a vocabulary that is learned.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>How text is normalised where a vocabulary is learned.</summary>
    public BertNormalizer Normalizer { get; init; } = new();

    /// <summary>The field or column of .jsonl and .parquet files that holds the text.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>The encoding of .txt and .jsonl files without a byte-order mark; null for UTF-8.</summary>
    public System.Text.Encoding? Encoding { get; init; }

    /// <summary>Whether a document whose very text stood before stays.</summary>
    public bool KeepDuplicates { get; init; }

    /// <summary>Threads that encode; as many files are read at once.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Which files are read here.</summary>
    public PreparationPart Part { get; init; } = PreparationPart.Whole;

    /// <summary>How documents are found in the files.</summary>
    internal CorpusOptions Reading => new() { TextField = TextField, Encoding = Encoding };

    /// <summary>Hashes of documents that are held in memory at once, 36 bytes each, where repeated ones are looked for.</summary>
    internal int HashesAtOnce { get; init; } = 1 << 23;
}

/// <summary>How far a preparation has come.</summary>
/// <param name="Activity">In a few words.</param>
/// <param name="Fraction">How much of it is done, by bytes of whole files.</param>
/// <param name="Documents">Read here so far.</param>
/// <param name="Tokens">In them.</param>
public sealed record PreparationProgress(string Activity, double? Fraction, long Documents, long Tokens);

/// <summary>What a call came to.</summary>
/// <param name="Manifest">Of the finished folder; null where files of other parts are not read yet, or others finish it just now.</param>
/// <param name="Read">Files that this call read.</param>
/// <param name="Done">Files that are read in all.</param>
/// <param name="Files">Files of the corpus.</param>
/// <param name="Documents">That this call read.</param>
/// <param name="Tokens">In them.</param>
public sealed record PreparationResult(ShardManifest? Manifest, int Read, int Done, int Files, long Documents, long Tokens);

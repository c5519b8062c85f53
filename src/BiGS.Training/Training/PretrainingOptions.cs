using BiGS.Configuration;
using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training;

/// <summary>
/// All that makes a pretraining run what it is: text, model, recipe. It is kept as <c>run.json</c> in the run's folder,
/// so that going on needs nothing but the folder.
/// </summary>
public sealed record PretrainingOptions
{
    public const string FileName = "run.json";

    /// <summary>Files, folders, globs, folders that were prepared; empty for the built-in grammar.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>How many rows come from each path of the corpus, in proportion; empty for all rows once an epoch.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Held-out text; empty to keep part of the corpus aside.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>The field or column of .jsonl and .parquet files that holds the text.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>The encoding of .txt and .jsonl files without a byte-order mark, by its name; null for UTF-8.</summary>
    public string? Encoding { get; init; }

    /// <summary>How documents are found in files.</summary>
    /// <exception cref="ArgumentException">There is no such encoding.</exception>
    internal CorpusOptions Reading => new() { TextField = TextField, Encoding = Encoding is null ? null : TextEncoding.Named(Encoding) };

    /// <summary>A folder or vocab.txt; null to learn a vocabulary from the corpus.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Words of a vocabulary that is learned.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>How text is normalised where a vocabulary is learned.</summary>
    public BertNormalizer Normalizer { get; init; } = new();

    /// <summary>The shape; its vocabulary size and positions follow from the tokenizer and <see cref="MaxLength"/>.</summary>
    public BiGSConfig Model { get; init; } = new();

    /// <summary>A checkpoint to start from instead of fresh weights; its shape and tokenizer are taken over.</summary>
    public string? Init { get; init; }

    /// <summary>A checkpoint over the same vocabulary, whose guesses are learned beside the true words; null for none.</summary>
    public string? Teacher { get; init; }

    /// <summary>Tokens of a row.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>Rows of one document each, or all text in full rows.</summary>
    public bool Packed { get; init; }

    public int BatchSize { get; init; } = 32;

    public MlmMaskingOptions Masking { get; init; } = new();

    /// <summary>auto, cpu or cuda.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>The name of the route of the SSMs.</summary>
    public string Route { get; init; } = "auto";

    public TrainingOptions Training { get; init; } = new();

    /// <exception cref="FileNotFoundException">The folder holds no run.</exception>
    /// <exception cref="InvalidDataException">The file is not what a run writes.</exception>
    public static PretrainingOptions Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{folder}: there is no run to go on with ({FileName} is missing); start a new one.");
        }

        return OptionsFile.Read<PretrainingOptions>(path, "the options of a run");
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, FileName), ToJson() + "\n");
    }

    public string ToJson() => OptionsFile.ToJson(this);
}

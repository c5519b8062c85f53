using System.Text.Json.Serialization;
using BiGS.Configuration;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Training.Corpora;

namespace BiGS.Training.Distillation;

/// <summary>
/// All that makes a distillation what it is: teacher, texts, student, recipe. It is kept as <c>distillation.json</c> in the run's folder, so that going
/// on needs nothing but the folder.
/// </summary>
public sealed record DistillationOptions
{
    /// <summary>Where a run keeps them.</summary>
    public const string FileName = RunFolder.DistillationName;

    /// <summary>The folder of the model whose vectors are learned: any that embeds, with its own pooling and prompts.</summary>
    public required string Teacher { get; init; }

    /// <summary>Which of the teacher's prompts stands before every text it reads; null for its default one.</summary>
    public string? TeacherPrompt { get; init; }

    /// <summary>What the teacher computes in: fp32, or int8, which is half again as fast and moves its vectors by a hundredth.</summary>
    public Precision TeacherPrecision { get; init; } = Precision.Fp32;

    /// <summary>Files, folders and globs of documents; titles, sentences and passages are cut out of them.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>How many of the texts come from each path of the corpus, in proportion; empty for as many from each.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Files of texts that must not be learned from, nor any sentence of them: evaluation sets.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The field or column of .jsonl and .parquet files that holds the text.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>The encoding of .txt and .jsonl files without a byte-order mark, by its name; null for UTF-8.</summary>
    public string? Encoding { get; init; }

    /// <summary>How documents are found in files.</summary>
    [JsonIgnore]
    internal CorpusOptions Reading => new() { TextField = TextField, Encoding = Encoding is null ? null : TextEncoding.Named(Encoding) };

    /// <summary>How many texts are drawn; every epoch reads each of them once.</summary>
    public int Texts { get; init; } = 200_000;

    /// <summary>The shape of a fresh student; its vocabulary is the tokenizer's, its positions are <see cref="MaxLength"/>.</summary>
    public BiGSConfig Model { get; init; } = new();

    /// <summary>A checkpoint to start from instead of fresh weights; its shape and tokenizer are taken over.</summary>
    public string? Init { get; init; }

    /// <summary>The folder of a fresh student's tokenizer; null for the teacher's.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Tokens of a text that the student reads; the rest of a longer one is cut off.</summary>
    public int MaxLength { get; init; } = 256;

    /// <summary>Texts of a batch, which are also those that likenesses are compared among.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>What the vectors' distances count in the loss, and what their likenesses do.</summary>
    public DistillationLossWeights Loss { get; init; } = new();

    /// <summary>
    /// Epochs in which a fresh student learns word vectors alone, its layers left out: each text is the mean of its words. A tenth of the time that
    /// epochs with layers take, and the layers then start from what words alone say. None for a student with weights of its own.
    /// </summary>
    public int WordEpochs { get; init; } = 3;

    /// <summary>auto, cpu or cuda.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>The name of the route of the SSMs.</summary>
    public string Route { get; init; } = "auto";

    /// <summary>Steps, learning rate and so on of the training with layers.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <exception cref="FileNotFoundException">The folder holds no distillation.</exception>
    /// <exception cref="InvalidDataException">The file is not what a run writes.</exception>
    public static DistillationOptions Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? OptionsFile.Read<DistillationOptions>(path, "the options of a distillation")
            : throw new FileNotFoundException($"{folder}: there is no distillation to go on with ({FileName} is missing); start a new one.");
    }

    /// <summary>As JSON, the form that <see cref="Read"/> takes.</summary>
    public string ToJson() => OptionsFile.ToJson(this);

    /// <summary>Keeps them in the folder of a run.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, FileName), ToJson() + "\n");
    }
}

/// <summary>The parts of the loss of a distillation.</summary>
/// <param name="Distance">Of 1 − cos(student, teacher), text by text.</param>
/// <param name="Likeness">Of the divergence between the likenesses of the texts of a batch as teacher and student see them.</param>
/// <param name="Temperature">τ of the likenesses.</param>
public sealed record DistillationLossWeights(double Distance = 4, double Likeness = 1, double Temperature = 0.05);

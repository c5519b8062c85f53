using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Training.Distillation;

/// <summary>
/// What a teacher says of each text, of length 1, in half precision. It is asked once: vectors are kept on disk in blocks, each named by its texts, so
/// that a run that was stopped, or one over more texts, asks only for what is missing.
/// </summary>
internal sealed class TeacherVectors
{
    private const int BlockTexts = 4_096;

    private readonly IReadOnlyList<Half[]> _blocks;

    private TeacherVectors(IReadOnlyList<Half[]> blocks, int dimensions) => (_blocks, Dimensions) = (blocks, dimensions);

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Opens what is there, and asks the teacher for the rest.</summary>
    /// <param name="teacher">A folder of any model that embeds.</param>
    /// <param name="texts">What it is asked about; of a text that is longer than it reads, about the beginning.</param>
    /// <param name="promptName">Which of its prompts stands before the texts; null for its default one.</param>
    /// <param name="precision">What it computes in: fp32, or eight bits where that is good enough.</param>
    /// <param name="progress">The share of the texts that is behind.</param>
    /// <param name="cancellationToken">Stops between blocks; those that are whole stay.</param>
    public static TeacherVectors OpenOrCompute(
        string teacher, IReadOnlyList<string> texts, string? promptName, Precision precision, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var embedder = Embedder.Open(teacher, new OpenOptions { Backend = new OnnxBackend { Precision = precision } });
        string fingerprint = CheckpointFingerprint.Compute(teacher, BertTokenizer.Open(teacher));
        string folder = Path.Combine(CacheFolder.Path, "vectors", fingerprint);
        Directory.CreateDirectory(folder);
        var blocks = new List<Half[]>();
        foreach (string[] block in texts.Chunk(BlockTexts))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string key = Path.Combine(folder, Key(block, promptName));
            string exact = key + Extension(Precision.Fp32); // better than what was asked for, and there
            string path = File.Exists(exact) ? exact : key + Extension(precision);
            if (!File.Exists(path))
            {
                Half[] fresh = Compute(embedder, block, promptName, cancellationToken);
                AtomicFile.Write(path, file => file.Write(MemoryMarshal.AsBytes(fresh.AsSpan())));
            }

            blocks.Add(Read(path, block.Length * embedder.Dimensions));
            progress?.Report(Math.Min(1, (double)blocks.Count * BlockTexts / texts.Count));
        }

        return new TeacherVectors(blocks, embedder.Dimensions);
    }

    /// <summary>The vectors of some texts, one after the other: (texts, k).</summary>
    public float[] Floats(IEnumerable<int> texts) => [.. texts.SelectMany(text => _blocks[text / BlockTexts].Skip(text % BlockTexts * Dimensions).Take(Dimensions)).Select(x => (float)x)];

    private static Half[] Compute(Embedder embedder, string[] texts, string? promptName, CancellationToken cancellationToken) =>
        [.. embedder.Embed(texts, tooLong: LongTextBehavior.Truncate, promptName: promptName, cancellationToken: cancellationToken).SelectMany(vector => vector, (_, x) => (Half)x)];

    private static Half[] Read(string path, int count)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.Length == count * 2
            ? MemoryMarshal.Cast<byte, Half>(bytes).ToArray()
            : throw new InvalidDataException($"{path}: holds {bytes.Length:N0} bytes where {count * 2:N0} are expected; delete it, and the teacher is asked again.");
    }

    private static string Extension(Precision precision) => precision == Precision.Fp32 ? ".f16" : $".{precision}.f16".ToLowerInvariant();

    private static string Key(string[] texts, string? promptName)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts.Prepend(promptName ?? ""))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

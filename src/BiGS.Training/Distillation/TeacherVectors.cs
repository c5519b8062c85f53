using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Training.Distillation;

/// <summary>
/// A model whose vectors are learned. It is asked once about each text: what it says is kept on disk in blocks, each named by its texts, so that a run that
/// was stopped, or one over more texts, asks only for what is missing.
/// </summary>
internal sealed class VectorTeacher : IDisposable
{
    private readonly Embedder _embedder;
    private readonly string _cache;
    private readonly string? _promptName;
    private readonly Precision _precision;

    /// <param name="folder">Of any model that embeds.</param>
    /// <param name="promptName">Which of its prompts stands before the texts; null for its default one.</param>
    /// <param name="precision">What it computes in: fp32, or eight bits where that is good enough.</param>
    public VectorTeacher(string folder, string? promptName, Precision precision)
    {
        _embedder = Embedder.Open(folder, new OpenOptions { Backend = new OnnxBackend { Precision = precision } });
        _cache = Path.Combine(CacheFolder.Path, "vectors", CheckpointFingerprint.Compute(folder, BertTokenizer.Open(folder)));
        (_promptName, _precision) = (promptName, precision);
    }

    /// <summary>Opens what is there, and computes the rest.</summary>
    /// <param name="texts">What is asked about; of a text that is longer than the model reads, its beginning.</param>
    /// <param name="progress">The share of the texts that is behind.</param>
    /// <param name="cancellationToken">Stops between blocks; those that are whole stay.</param>
    public TeacherVectors Ask(IReadOnlyList<string> texts, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_cache);
        var blocks = new List<Half[]>();
        foreach (string[] block in texts.Chunk(TeacherVectors.BlockTexts))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string key = Path.Combine(_cache, Key(block));
            string exact = key + Extension(Precision.Fp32); // better than what was asked for, and there
            string path = File.Exists(exact) ? exact : key + Extension(_precision);
            if (!File.Exists(path))
            {
                Half[] fresh = Compute(block, cancellationToken);
                AtomicFile.Write(path, file => file.Write(MemoryMarshal.AsBytes(fresh.AsSpan())));
            }

            blocks.Add(Read(path, block.Length * _embedder.Dimensions));
            progress?.Report(Math.Min(1, (double)blocks.Count * TeacherVectors.BlockTexts / texts.Count));
        }

        return new TeacherVectors(blocks, _embedder.Dimensions);
    }

    public void Dispose() => _embedder.Dispose();

    private Half[] Compute(string[] texts, CancellationToken cancellationToken) =>
        [.. _embedder.Embed(texts, tooLong: LongTextBehavior.Truncate, promptName: _promptName, cancellationToken: cancellationToken).SelectMany(vector => vector, (_, x) => (Half)x)];

    private static Half[] Read(string path, int count)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.Length == count * 2
            ? MemoryMarshal.Cast<byte, Half>(bytes).ToArray()
            : throw new InvalidDataException($"{path}: holds {bytes.Length:N0} bytes where {count * 2:N0} are expected; delete it, and the teacher is asked again.");
    }

    private static string Extension(Precision precision) => precision == Precision.Fp32 ? ".f16" : $".{precision}.f16".ToLowerInvariant();

    private string Key(string[] texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts.Prepend(_promptName ?? ""))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

/// <summary>What a teacher says of some texts: vectors of length 1 in half precision.</summary>
/// <param name="blocks">(texts of a block, k) each, row by row; all blocks but the last have <see cref="BlockTexts"/> texts.</param>
/// <param name="dimensions">k.</param>
internal sealed class TeacherVectors(IReadOnlyList<Half[]> blocks, int dimensions)
{
    /// <summary>Texts of a block.</summary>
    public const int BlockTexts = 4_096;

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => dimensions;

    /// <summary>The vectors of some texts, one after the other: (texts, k).</summary>
    public float[] Floats(IReadOnlyList<int> texts)
    {
        float[] vectors = new float[texts.Count * dimensions];
        for (int i = 0; i < texts.Count; i++)
        {
            (int block, int within) = Math.DivRem(texts[i], BlockTexts);
            TensorPrimitives.ConvertToSingle(blocks[block].AsSpan(within * dimensions, dimensions), vectors.AsSpan(i * dimensions));
        }

        return vectors;
    }
}

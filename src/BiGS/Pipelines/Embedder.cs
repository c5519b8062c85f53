using BiGS.Batches;
using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Tokenizers;
using static TorchSharp.torch;

namespace BiGS.Pipelines;

/// <summary>What becomes of a text that is longer than the model.</summary>
public enum TooLong
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>Its end is cut off.</summary>
    Truncate,
}

/// <summary>
/// One vector a text: the mean of the last hidden states over its tokens, by default of length 1, so that a dot product is a cosine. Texts are read in
/// batches of similar length; neither their company nor their order changes a vector. Several threads may use one.
/// </summary>
public sealed class Embedder : IDisposable
{
    /// <summary>Positions of a batch: enough for products to be fast.</summary>
    private const int TokensAtOnce = 8_192;

    private readonly HeadedModel _model;
    private readonly BertTokenizer _tokenizer;
    private readonly Device _device;

    private Embedder(HeadedModel model, BertTokenizer tokenizer, Device device, IReadOnlyList<string> warnings)
    {
        _model = model;
        _tokenizer = tokenizer;
        _device = device;
        Warnings = warnings;
    }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _model.Config.HiddenSize;

    /// <summary>Opens the small English model that comes with the library.</summary>
    public static Embedder Open() => Open(ShippedModel.Folder);

    /// <summary>Opens a folder that holds any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <param name="folder">config.json, weights, and vocab.txt or tokenizer.json.</param>
    /// <param name="how">Route and device.</param>
    /// <param name="precision">What to compute in.</param>
    /// <param name="tokenizerFolder">Where the tokenizer is, if not beside the model.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together.</exception>
    public static Embedder Open(string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, string? tokenizerFolder = null)
    {
        how ??= new OpenOptions();
        OpenedCheckpoint opened = CheckpointFolder.Open(folder, how);
        BertTokenizer tokenizer = BertTokenizer.Open(tokenizerFolder ?? folder);
        if (tokenizer.VocabularySize > opened.Model.Config.VocabSize)
        {
            throw new InvalidDataException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the model {opened.Model.Config.VocabSize}; both must come from the same run.");
        }

        opened.Model.ComputeIn(precision);
        opened.Model.Freeze();
        opened.Model.eval();
        return new Embedder(opened.Model, tokenizer, how.Device, opened.Warnings);
    }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">In any order.</param>
    /// <param name="normalize">Whether vectors get length 1.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>A vector a text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    public IReadOnlyList<float[]> Embed(
        IReadOnlyList<string> texts, bool normalize = true, TooLong tooLong = TooLong.Refuse, CancellationToken cancel = default)
    {
        int longest = _model.Config.PositionEmbeddingType == PositionEmbedding.Absolute ? _model.Config.MaxPositionEmbeddings : int.MaxValue;
        int[][] rows = [.. texts.Select(text => (int[])[.. _tokenizer.Encode(text, maxLength: tooLong == TooLong.Truncate && longest < int.MaxValue ? longest : null).Ids])];
        int[] byLength = [.. Enumerable.Range(0, rows.Length).OrderByDescending(i => rows[i].Length)];
        var vectors = new float[texts.Count][];
        for (int at = 0; at < byLength.Length;)
        {
            cancel.ThrowIfCancellationRequested();
            int length = RowLength.For(_model.Config, rows[byLength[at]].Length, padTo: null);
            int[] chosen = byLength[at..Math.Min(byLength.Length, at + Math.Max(1, TokensAtOnce / length))];
            foreach ((int i, float[] vector) in chosen.Zip(Embed([.. chosen.Select(i => rows[i])], length, normalize)))
            {
                vectors[i] = vector;
            }

            at += chosen.Length;
        }

        return vectors;
    }

    public void Dispose() => _model.Dispose();

    private float[][] Embed(int[][] rows, int length, bool normalize)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        Batch batch = Batch.Of([.. rows.Select(row => new MaskedRow(row, null, [], []))], _tokenizer.Vocabulary.PadId, length);
        Tensor ids = tensor(batch.InputIds, [rows.Length, length], device: _device); // (b, l)
        Tensor mask = tensor(batch.AttentionMask, [rows.Length, length], device: _device);
        Tensor states = _model.Bigs.Encode(new ModelInput(ids, mask)).to_type(ScalarType.Float32); // (b, l, d)
        Tensor mean = Pooler.MeanOverText(states, mask); // (b, d)
        float[] all = (normalize ? nn.functional.normalize(mean, dim: 1) : mean).cpu().contiguous().data<float>().ToArray();
        return [.. Enumerable.Range(0, rows.Length).Select(r => all[(r * Dimensions)..((r + 1) * Dimensions)])];
    }
}

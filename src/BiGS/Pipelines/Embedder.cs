using BiGS.Checkpoints;
using BiGS.Models;
using static TorchSharp.torch;

namespace BiGS.Pipelines;

/// <summary>
/// One vector a text: the mean of the last hidden states over its tokens, by default of length 1, so that a dot product is a cosine. Texts are read in
/// batches of similar length; neither their company nor their order changes a vector. Several threads may use one.
/// </summary>
public sealed class Embedder : IDisposable
{
    private readonly TextModel _model;

    private Embedder(TextModel model) => _model = model;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _model.Model.Config.HiddenSize;

    /// <summary>Opens the small English model that comes with the library.</summary>
    public static Embedder Open() => Open(ShippedModel.Folder);

    /// <summary>Opens a folder that holds any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static Embedder Open(string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, string? tokenizerFolder = null) =>
        new(TextModel.Open(folder, how, precision, tokenizerFolder));

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">In any order.</param>
    /// <param name="normalize">Whether vectors get length 1.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>A vector a text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    public IReadOnlyList<float[]> Embed(
        IReadOnlyList<string> texts, bool normalize = true, TooLong tooLong = TooLong.Refuse, CancellationToken cancel = default) =>
        [.. _model.Read([.. texts.Select(text => (ModelText)text)], tooLong, input => Vectors(input, normalize), cancel).Select(row => row.Read)];

    public void Dispose() => _model.Dispose();

    private IEnumerable<float[]> Vectors(ModelInput input, bool normalize)
    {
        Tensor states = _model.Model.Bigs.Encode(input).to_type(ScalarType.Float32); // (b, l, d)
        Tensor mean = Pooler.MeanOverText(states, input.AttentionMask!); // (b, d)
        return (normalize ? nn.functional.normalize(mean, dim: 1) : mean).cpu().contiguous().data<float>().ToArray().Chunk(Dimensions);
    }
}

using BiGS.Configuration;
using BiGS.SentenceTransformers;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// A vector for a text: its last hidden states pooled, by their mean unless its checkpoint says otherwise. The head has no weights; what contrastive tuning changes is the encoder, until the
/// vectors of texts that belong together point the same way (<see cref="ContrastiveLoss"/>).
/// </summary>
public sealed class BiGSForEmbedding(BiGSConfig config, ISsmRoute route) : HeadedModel(nameof(BiGSForEmbedding), config, route, withPooler: false)
{
    /// <inheritdoc/>
    public override string Architecture => ModelHeads.Embedding;

    /// <summary>How hidden states become a vector.</summary>
    internal SentencePooling Pooling { get; set; } = SentencePooling.Mean;

    /// <summary>τ of the loss.</summary>
    public double Temperature { get; set; } = ContrastiveLoss.DefaultTemperature;

    /// <param name="input">Ids, mask and types of texts by themselves, (b, l), or of texts that are compared, (b, texts, l).</param>
    /// <param name="labels">(b, texts): which text stands where.</param>
    /// <param name="hiddenStates">Takes all hidden states, embeddings first.</param>
    public override ModelOutput Forward(ModelInput input, ModelLabels? labels = null, ICollection<Tensor>? hiddenStates = null)
    {
        Tensor last = Bigs.Encode(input.Flatten(), hiddenStates); // (b · texts, l, d)
        return Head(last.view([.. input.InputIds.shape, -1]), input.AttentionMask, labels);
    }

    /// <param name="last">(b, l, d), or (b, texts, l, d).</param>
    /// <param name="attentionMask">(b, l), or (b, texts, l).</param>
    /// <param name="labels">
    /// (b, texts): which text stands where, equal numbers for equal texts. The first of a row is compared, the second belongs to it, others do not.
    /// </param>
    /// <exception cref="ArgumentException">There are labels, and nothing to compare.</exception>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor vectors = Pooling.Pool(last, attentionMask); // (b, …, width)
        Tensor? loss = labels?.Labels is not { } texts ? null
            : vectors.dim() == 3 && vectors.shape[1] > 1 ? ContrastiveLoss.Compute(vectors, texts, Temperature)
            : throw new ArgumentException($"There is a loss where texts are compared: ids of (rows, texts, length) with at least two texts, but hidden states are ({string.Join(", ", last.shape)}).");
        return new ModelOutput(new Dictionary<string, Tensor> { [ModelOutputs.SentenceEmbedding] = vectors }, last, vectors, loss);
    }
}

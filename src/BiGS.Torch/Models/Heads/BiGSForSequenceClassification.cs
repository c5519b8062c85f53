using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>A class for a text or a pair of texts, read off the pooled vector; with one label, a value (regression, squared error).</summary>
public sealed class BiGSForSequenceClassification : HeadedModel
{
    [ComponentName(Name = "classifier")]
    private readonly Dense _classifier;

    public BiGSForSequenceClassification(BiGSConfig config, ISsmRoute route)
        : base(nameof(BiGSForSequenceClassification), config, route, withPooler: true)
    {
        _classifier = new Dense(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    /// <summary>How much each class counts in the loss, Σ w_y ℓ / Σ w_y over the examples of a batch; null where all count the same.</summary>
    public IReadOnlyList<float>? ClassWeights { get; set; }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.SequenceClassification;

    /// <inheritdoc/>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor pooled = Bigs.Pool(last, attentionMask);
        Tensor logits = _classifier.forward(BeforeClassifier(pooled)); // (b, labels)
        return new ModelOutput(Logits(logits), last, pooled, labels?.Labels is { } wanted ? Loss(logits, wanted) : null);
    }

    private Tensor Loss(Tensor logits, Tensor wanted)
    {
        if (Config.NumLabels == 1)
        {
            return nn.functional.mse_loss(logits.view(-1), wanted.to_type(logits.dtype).view(-1));
        }

        Tensor? weights = ClassWeights is { } each ? tensor([.. each], dtype: logits.dtype, device: logits.device) : null;
        return nn.functional.cross_entropy(logits, wanted.view(-1), weights);
    }
}

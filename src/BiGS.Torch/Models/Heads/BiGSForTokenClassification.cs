using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>A tag for every token, read off its hidden state; positions labelled −100 do not count.</summary>
public sealed class BiGSForTokenClassification : HeadedModel
{
    [ComponentName(Name = "classifier")]
    private readonly Dense _classifier;

    public BiGSForTokenClassification(BiGSConfig config, ISsmRoute route)
        : base(nameof(BiGSForTokenClassification), config, route, withPooler: false)
    {
        _classifier = new Dense(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.TokenClassification;

    /// <inheritdoc/>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor logits = _classifier.forward(BeforeClassifier(last)); // (b, l, labels)
        Tensor? loss = labels?.Labels is { } tags
            ? nn.functional.cross_entropy(logits.view(-1, Config.NumLabels), tags.view(-1), ignore_index: IgnoredLabel)
            : null;
        return new ModelOutput(Logits(logits), last, Loss: loss);
    }
}

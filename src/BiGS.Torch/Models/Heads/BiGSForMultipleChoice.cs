using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>The best of several continuations: each is read on its own, scored off its pooled vector, and the scores compete in a softmax.</summary>
public sealed class BiGSForMultipleChoice : HeadedModel
{
    [ComponentName(Name = "classifier")]
    private readonly Dense _classifier;

    public BiGSForMultipleChoice(BiGSConfig config, ISsmRoute route)
        : base(nameof(BiGSForMultipleChoice), config, route, withPooler: true)
    {
        _classifier = new Dense(config.HiddenSize, 1);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.MultipleChoice;

    /// <param name="input">Ids, mask and types of (b, choices, l); hidden states come out as (b · choices, l, d).</param>
    /// <param name="labels">(b): the right choice.</param>
    /// <param name="hiddenStates">Takes all hidden states, embeddings first.</param>
    public override ModelOutput Forward(ModelInput input, ModelLabels? labels = null, ICollection<Tensor>? hiddenStates = null)
    {
        if (input.InputIds.dim() != 3)
        {
            throw new ArgumentException($"Multiple choice reads ids of (rows, choices, length), but they have {input.InputIds.dim()} dimensions.");
        }

        long[] shape = input.InputIds.shape;
        return Head(Bigs.Encode(input.Flatten(), hiddenStates).view(shape[0], shape[1], shape[2], -1), input.AttentionMask, labels);
    }

    /// <param name="last">(b, choices, l, d).</param>
    /// <param name="attentionMask">(b, choices, l).</param>
    /// <param name="labels">(b): the right choice.</param>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        long choices = last.shape[1];
        Tensor rows = last.view(-1, last.shape[2], last.shape[3]); // (b · choices, l, d)
        Tensor pooled = Bigs.Pool(rows, attentionMask?.view(-1, attentionMask.shape[^1]));
        Tensor logits = _classifier.forward(BeforeClassifier(pooled)).view(-1, choices); // (b, choices)
        Tensor? loss = labels?.Labels is { } right ? nn.functional.cross_entropy(logits, right) : null;
        return new ModelOutput(Logits(logits), rows, pooled, loss);
    }
}

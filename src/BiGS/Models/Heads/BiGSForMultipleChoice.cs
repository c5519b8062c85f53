using BiGS.Ssm;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Models;

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
    public override string Architecture => "BiGSForMultipleChoice";

    /// <param name="input">Ids, mask and types of (b, choices, l); hidden states come out as (b · choices, l, d).</param>
    /// <param name="labels">(b): the right choice.</param>
    /// <param name="hiddenStates">Takes all hidden states, embeddings first.</param>
    public override ModelOutput Forward(ModelInput input, ModelLabels? labels = null, ICollection<Tensor>? hiddenStates = null)
    {
        if (input.InputIds.dim() != 3)
        {
            throw new ArgumentException($"Multiple choice reads ids of (rows, choices, length), but they have {input.InputIds.dim()} dimensions.");
        }

        long choices = input.InputIds.shape[1];
        var flat = new ModelInput(Flat(input.InputIds), input.AttentionMask is { } mask ? Flat(mask) : null, input.TokenTypeIds is { } types ? Flat(types) : null);
        Tensor last = Bigs.Encode(flat, hiddenStates);
        Tensor pooled = Bigs.Pool(last, flat.AttentionMask);
        Tensor logits = _classifier.forward(BeforeClassifier(pooled)).view(-1, choices); // (b, choices)
        Tensor? loss = labels?.Labels is { } right ? nn.functional.cross_entropy(logits, right) : null;
        return new ModelOutput(Logits(logits), last, pooled, loss);
    }

    private static Tensor Flat(Tensor x) => x.view(-1, x.shape[^1]); // (b · choices, l)
}

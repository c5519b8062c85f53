using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Where in the text the answer starts and ends: two scores a token, two softmaxes over positions, the mean of two losses.
/// Answers outside the row are not counted.
/// </summary>
public sealed class BiGSForQuestionAnswering : HeadedModel
{
    private static readonly Scalar Half = 0.5;
    private static readonly Scalar First = 0;

    [ComponentName(Name = "qa_outputs")]
    private readonly Dense _qaOutputs;

    public BiGSForQuestionAnswering(BiGSConfig config, ISsmRoute route)
        : base(nameof(BiGSForQuestionAnswering), config, route, withPooler: false)
    {
        _qaOutputs = new Dense(config.HiddenSize, 2);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.QuestionAnswering;

    /// <inheritdoc/>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor both = _qaOutputs.forward(last); // (b, l, 2)
        Tensor start = both.select(-1, 0).contiguous(); // (b, l)
        Tensor end = both.select(-1, 1).contiguous(); // (b, l)
        Tensor? loss = labels is { StartPositions: { } from, EndPositions: { } to } ? Loss(start, from).Plus(Loss(end, to)) * Half : null;
        return new ModelOutput(new Dictionary<string, Tensor> { [ModelOutputs.StartLogits] = start, [ModelOutputs.EndLogits] = end }, last, Loss: loss);
    }

    private static Tensor Loss(Tensor logits, Tensor positions)
    {
        long outside = logits.shape[1];
        using Scalar last = outside;
        return nn.functional.cross_entropy(logits, positions.view(-1).clamp(First, last), ignore_index: outside);
    }
}

using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Data;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// A trained model whose guesses a student learns beside the true words (Hinton et al. 2015; for masked words, Sanh et al. 2019):
/// loss = (1 − w) · CE(words) + w · T² · KL(teacher / T ‖ student / T), with w = ½ and T = 2.
/// </summary>
internal sealed class Teacher : IDisposable
{
    private const float Weight = 0.5f;
    private const float Temperature = 2;

    private readonly BiGSForMaskedLM _model;

    private Teacher(BiGSForMaskedLM model) => _model = model;

    /// <summary>Opens a teacher for a student.</summary>
    /// <param name="folder">Its checkpoint, with its tokenizer.</param>
    /// <param name="tokenizer">The student's.</param>
    /// <param name="maxLength">Tokens of the student's rows.</param>
    /// <param name="device">Where both compute.</param>
    /// <param name="precision">What both compute in.</param>
    /// <exception cref="InvalidDataException">It has another head, other words, or too few positions.</exception>
    public static Teacher Open(string folder, BertTokenizer tokenizer, int maxLength, Device device, Precision precision)
    {
        if (!BertTokenizer.Open(folder).Vocabulary.Tokens.SequenceEqual(tokenizer.Vocabulary.Tokens))
        {
            throw new InvalidDataException($"{folder}: the teacher has another vocabulary, and its guesses are about other words; train the student with PretrainingOptions.Tokenizer = {folder}");
        }

        if (CheckpointFolder.Open(folder, new TorchOptions { Device = device, Precision = precision }).Model is not BiGSForMaskedLM model)
        {
            throw new InvalidDataException($"{folder}: the teacher guesses no masked words; give a pretrained model");
        }

        if (model.Config.PositionEmbeddingType == PositionEmbedding.Absolute && model.Config.MaxPositionEmbeddings < maxLength)
        {
            throw new InvalidDataException($"{folder}: the teacher has {model.Config.MaxPositionEmbeddings} positions, but the student's rows have {maxLength} tokens; lower PretrainingOptions.MaxLength, or extend the teacher with PositionExtension.Extend");
        }

        model.Freeze();
        model.eval();
        return new Teacher(model);
    }

    /// <summary>What is minimised in place of the sum of cross-entropies.</summary>
    /// <param name="batch">What the student read.</param>
    /// <param name="logits">Its guesses: (p, v).</param>
    /// <param name="crossEntropy">Their cross-entropy with the true words, summed.</param>
    internal Tensor Loss(BatchTensors batch, Tensor logits, Tensor crossEntropy)
    {
        Tensor guesses;
        using (no_grad())
        {
            guesses = _model.LogitsAt(batch.Input, batch.Positions); // (p, v)
        }

        using Tensor cooler = tensor(1 / Temperature, device: logits.device);
        using Tensor own = tensor(1 - Weight, device: logits.device);
        using Tensor soft = tensor(Weight * Temperature * Temperature, device: logits.device);
        Tensor divergence = nn.functional.kl_div(LogShares(logits, cooler), LogShares(guesses, cooler), log_target: true, reduction: nn.Reduction.Sum);
        return (crossEntropy * own) + (divergence * soft);
    }

    private static Tensor LogShares(Tensor logits, Tensor cooler) => nn.functional.log_softmax(logits.to_type(ScalarType.Float32) * cooler, 1);

    public void Dispose() => _model.Dispose();
}

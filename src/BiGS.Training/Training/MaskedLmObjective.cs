using BiGS.Torch.Models;
using BiGS.Training.Data;
using BiGS.Training.Evaluation;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>Masked language modelling: the cross-entropy of the hidden words, beside a teacher's guesses where there is one.</summary>
/// <param name="model">On the device to train on.</param>
/// <param name="heldOut">Gives the held-out batches, the same each time.</param>
/// <param name="teacher">Null for none. Not disposed here.</param>
internal sealed class MaskedLmObjective(BiGSForMaskedLM model, Func<IEnumerable<MaskedBatch>> heldOut, Teacher? teacher = null) : ITrainingObjective<MaskedBatch>
{
    public HeadedModel Model => model;

    public long CountTargets(MaskedBatch batch) => batch.MaskedIds.Length;

    public long CountTokens(MaskedBatch batch) => batch.Input.Tokens;

    public TrainingLoss Loss(MaskedBatch batch)
    {
        BatchTensors tensors = BatchTensors.FromBatch(batch, model.Bigs.Embeddings.WordTable.device);
        Tensor logits = model.LogitsAt(tensors.Input, tensors.Positions); // (p, v)
        Tensor crossEntropy = nn.functional.cross_entropy(logits, tensors.Words, reduction: nn.Reduction.Sum);
        return new TrainingLoss(teacher?.Loss(tensors, logits, crossEntropy) ?? crossEntropy, crossEntropy);
    }

    public HeldOutSums Evaluate(int rank, int worldSize, CancellationToken cancellationToken) =>
        MaskedLmEvaluation.Sums(model, heldOut().Where((_, number) => number % worldSize == rank), cancellationToken);
}

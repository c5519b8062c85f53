using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using static TorchSharp.torch;

namespace BiGS.Training.Distillation;

/// <summary>Texts side by side, with what the teacher says of each.</summary>
/// <param name="Input">What the student reads: n rows.</param>
/// <param name="Vectors">(n, k), row by row, each of length 1.</param>
internal sealed record TaughtBatch(Batch Input, float[] Vectors);

/// <summary>To say of a text what the teacher says.</summary>
/// <param name="student">On the device to train on.</param>
/// <param name="loss">Not disposed here.</param>
/// <param name="vectorsOf">The student's vectors, with its layers or without: (n, k).</param>
/// <param name="heldOut">Gives the held-out batches, the same each time.</param>
internal sealed class DistillationObjective(
    StudentModel student, DistillationLoss loss, Func<ModelInput, Tensor> vectorsOf, Func<IEnumerable<TaughtBatch>> heldOut) : ITrainingObjective<TaughtBatch>
{
    public HeadedModel Model => student;

    private Device Device => student.Bigs.Embeddings.WordTable.device;

    public long CountTargets(TaughtBatch batch) => batch.Input.Rows;

    public long CountTokens(TaughtBatch batch) => batch.Input.Tokens;

    public TrainingLoss Loss(TaughtBatch batch)
    {
        (Tensor said, Tensor taught) = Pair(batch);
        return loss.Compute(said, taught);
    }

    public HeldOutSums Evaluate(int rank, int worldSize, CancellationToken cancellationToken)
    {
        (double distances, long hits, long count) = (0, 0, 0);
        foreach (TaughtBatch batch in heldOut().Where((_, number) => number % worldSize == rank))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            (Tensor said, Tensor taught) = Pair(batch);
            distances += DistillationLoss.Distances(said, taught).sum(ScalarType.Float64).item<double>();
            Tensor nearest = said.matmul(taught.t()).argmax(1);
            hits += nearest.eq(arange(batch.Input.Rows, device: Device)).sum(ScalarType.Int64).item<long>();
            count += batch.Input.Rows;
        }

        return new HeldOutSums(distances, hits, count);
    }

    private (Tensor Said, Tensor Taught) Pair(TaughtBatch batch)
    {
        using Tensor taught = tensor(batch.Vectors, [batch.Input.Rows, batch.Vectors.Length / batch.Input.Rows]);
        Tensor said = nn.functional.normalize(vectorsOf(ModelInput.FromBatch(batch.Input, Device)).to_type(ScalarType.Float32), dim: 1);
        return (said, ModelInput.Send(taught.clone(), Device)); // a copy in memory of libtorch's own, whose place in it is always the same: sums depend on it
    }
}

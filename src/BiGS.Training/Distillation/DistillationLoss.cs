using static TorchSharp.torch;

namespace BiGS.Training.Distillation;

/// <summary>
/// How far a student's vectors are from a teacher's, summed over the n texts of a batch:
/// <code>
/// w_d Σᵢ (1 − cos(sᵢ, tᵢ))  +  w_l Σᵢ KL(pᵢ ‖ qᵢ),   pᵢⱼ ∝ exp(cos(tᵢ, tⱼ) / τ),  qᵢⱼ ∝ exp(cos(sᵢ, sⱼ) / τ),  j ≠ i
/// </code>
/// The first part puts each vector where the teacher's is; the second orders a text's neighbours as the teacher does, wherever both lie.
/// </summary>
/// <param name="weights">What the parts count.</param>
/// <param name="device">Where it is computed.</param>
internal sealed class DistillationLoss(DistillationLossWeights weights, Device device) : IDisposable
{
    private readonly Tensor _distance = tensor((float)weights.Distance, device: device).DetachFromDisposeScope();
    private readonly Tensor _likeness = tensor((float)weights.Likeness, device: device).DetachFromDisposeScope();
    private readonly Tensor _sharper = tensor((float)(1 / weights.Temperature), device: device).DetachFromDisposeScope();
    private readonly Tensor _never = tensor(-1e4f, device: device).DetachFromDisposeScope();

    /// <param name="student">(n, k), of length 1.</param>
    /// <param name="teacher">(n, k), of length 1.</param>
    public TrainingLoss Compute(Tensor student, Tensor teacher)
    {
        Tensor distances = Distances(student, teacher).sum();
        Tensor loss = distances * _distance;
        if (weights.Likeness > 0)
        {
            Tensor itself = eye(student.shape[0], device: device) * _never;
            Tensor divergence = nn.functional.kl_div(LogShares(student, itself), LogShares(teacher, itself), log_target: true, reduction: nn.Reduction.Sum);
            loss += divergence * _likeness;
        }

        return new TrainingLoss(loss, distances);
    }

    /// <summary>(n): 1 − cos of each text.</summary>
    public static Tensor Distances(Tensor student, Tensor teacher) => 1 - (student * teacher).sum(dim: 1);

    public void Dispose()
    {
        foreach (Tensor constant in (Tensor[])[_distance, _likeness, _sharper, _never])
        {
            constant.Dispose();
        }
    }

    private Tensor LogShares(Tensor vectors, Tensor itself) => nn.functional.log_softmax((vectors.matmul(vectors.t()) * _sharper) + itself, 1);
}

using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>What a training minimises: everything that the loop needs to know of a task.</summary>
/// <typeparam name="TBatch">What a forward pass reads.</typeparam>
internal interface ITrainingObjective<TBatch>
{
    /// <summary>The model that learns.</summary>
    HeadedModel Model { get; }

    /// <summary>What is asked of a batch (masked words, vectors of texts), which losses are means over.</summary>
    long CountTargets(TBatch batch);

    /// <summary>Tokens of a batch, padding not counted.</summary>
    long CountTokens(TBatch batch);

    /// <summary>The loss of a batch, summed over its targets.</summary>
    TrainingLoss Loss(TBatch batch);

    /// <summary>Scores the held-out text, or one rank's part of it. Called without dropout and gradients.</summary>
    /// <param name="rank">Whose part: every <paramref name="worldSize"/>-th batch from this one.</param>
    /// <param name="worldSize">Ranks.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    HeldOutSums Evaluate(int rank, int worldSize, CancellationToken cancellationToken);
}

/// <summary>The loss of a batch, summed over its targets.</summary>
/// <param name="Minimized">What the gradient is of.</param>
/// <param name="Reported">What the log says: the same, or the part of it that runs are compared by.</param>
internal readonly record struct TrainingLoss(Tensor Minimized, Tensor Reported);

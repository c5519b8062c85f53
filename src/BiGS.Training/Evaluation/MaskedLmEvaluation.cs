using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Training.Data;
using static TorchSharp.torch;

namespace BiGS.Training.Evaluation;

/// <summary>Held-out masked language modelling: loss and accuracy over batches whose masks are fixed.</summary>
internal static class MaskedLmEvaluation
{
    /// <param name="model">A masked language model that any backend computes.</param>
    /// <param name="batches">Each read once.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">No position is masked.</exception>
    public static HeldOutScore Score(IModelSession model, IEnumerable<MaskedBatch> batches, CancellationToken cancellationToken = default)
    {
        (double loss, long hits, long count) = (0, 0, 0);
        foreach (MaskedBatch batch in batches.Where(batch => batch.MaskedIds.Length > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            OutputTensor logits = model.LogitsAt(batch.Input, batch.MaskedPositions); // (p, v)
            for (int p = 0; p < batch.MaskedIds.Length; p++)
            {
                ReadOnlySpan<float> row = logits.Row(p);
                float wanted = row[(int)batch.MaskedIds[p]];
                loss += Softmax.LogSumExp(row) - wanted;
                hits += row.IndexOfAnyExceptInRange(float.NegativeInfinity, wanted) < 0 ? 1 : 0; // no other is higher
            }

            count += batch.MaskedIds.Length;
        }

        return new HeldOutSums(loss, hits, count).Score();
    }

    /// <summary>The same for a model that libtorch computes, in evaluation mode.</summary>
    /// <inheritdoc cref="Score(IModelSession, IEnumerable{MaskedBatch}, CancellationToken)"/>
    public static HeldOutScore Score(BiGSForMaskedLM model, IEnumerable<MaskedBatch> batches, CancellationToken cancellationToken = default)
    {
        using var untracked = inference_mode();
        return Sums(model, batches, cancellationToken).Score();
    }

    /// <summary>The same before the division, for whoever scores the batches in parts.</summary>
    public static HeldOutSums Sums(BiGSForMaskedLM model, IEnumerable<MaskedBatch> batches, CancellationToken cancellationToken)
    {
        Device device = model.Bigs.Embeddings.WordTable.device;
        (double loss, long hits, long count) = (0, 0, 0);
        foreach (MaskedBatch batch in batches.Where(batch => batch.MaskedIds.Length > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            BatchTensors tensors = BatchTensors.FromBatch(batch, device);
            Tensor logits = model.LogitsAt(tensors.Input, tensors.Positions); // (p, v)
            loss += nn.functional.cross_entropy(logits, tensors.Words, reduction: nn.Reduction.Sum).to_type(ScalarType.Float64).item<double>();
            hits += logits.argmax(1).eq(tensors.Words).sum(ScalarType.Int64).item<long>();
            count += batch.MaskedIds.Length;
        }

        return new HeldOutSums(loss, hits, count);
    }
}

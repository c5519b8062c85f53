using BiGS.Configuration;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.FineTuning;

/// <summary>A model's logits for samples.</summary>
internal static class BatchedInference
{
    /// <summary>Positions of a batch: as many rows as fit, so that long texts do not need more memory than short ones.</summary>
    private const int TokensAtOnce = 8_192;

    /// <summary>Lengths of batches are multiples of this, since libtorch prepares products for each shape anew.</summary>
    private const int LengthStep = 8;

    /// <param name="model">Left in the mode that it was in.</param>
    /// <param name="samples">In any order of lengths.</param>
    /// <param name="padId">The vocabulary's.</param>
    /// <param name="progress">Reports every batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The logits of each sample, flat: classes; token by token; starts and then ends.</returns>
    public static IReadOnlyList<float[]> Logits(
        HeadedModel model, IReadOnlyList<Sample> samples, int padId, IProgress<FineTuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using var untracked = inference_mode();
            Device device = model.Bigs.Embeddings.WordTable.device;
            var answers = new float[samples.Count][];
            int done = 0;
            foreach (int[] chosen in SampleBatches.ByLength(samples, TokensAtOnce))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                Sample[] batch = [.. chosen.Select(i => samples[i])];
                ModelOutput output = model.Forward(SampleBatch.Create(batch, padId, LengthOf(model.Config, batch), device).Input);
                foreach ((int i, float[] logits) in chosen.Zip(Rows(output, batch)))
                {
                    answers[i] = logits;
                }

                done += batch.Length;
                progress?.Report(new FineTuningProgress("validating", done, samples.Count));
            }

            return answers;
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    /// <summary>The length that a batch is padded to: a model whose output padding affects reads rows of full length (paper.md §3).</summary>
    internal static int LengthOf(BiGSConfig config, IEnumerable<Sample> batch)
    {
        int longest = (batch.Max(sample => sample.Length) + LengthStep - 1) / LengthStep * LengthStep;
        return config.PaddingAffectsOutput() ? config.MaxPositionEmbeddings
            : config.PositionEmbeddingType == PositionEmbedding.Absolute ? Math.Min(longest, config.MaxPositionEmbeddings)
            : longest;
    }

    /// <summary>Each sample's numbers, without those of its padding.</summary>
    private static IEnumerable<float[]> Rows(ModelOutput output, Sample[] batch)
    {
        (Tensor Values, float[] All)[] results = [.. output.Results.Values.Select(values => (values, values.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray()))];
        for (int s = 0; s < batch.Length; s++)
        {
            IEnumerable<float> logits = [];
            foreach ((Tensor values, float[] all) in results)
            {
                int each = all.Length / batch.Length;
                bool isByToken = output.PoolerOutput is null;
                int count = isByToken ? each / (int)values.shape[1] * batch[s].Length : each;
                logits = logits.Concat(all.AsSpan(s * each, count).ToArray());
            }

            yield return [.. logits];
        }
    }
}

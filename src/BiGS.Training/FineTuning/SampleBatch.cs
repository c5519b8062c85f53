using BiGS.Inference;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.FineTuning;

/// <summary>Samples side by side, padded to one length, as tensors on a device.</summary>
/// <param name="Input">Ids, mask and types: (b, l); of choices (b, choices, l).</param>
/// <param name="Labels">Null where the samples want nothing.</param>
internal sealed record SampleBatch(ModelInput Input, ModelLabels? Labels)
{
    /// <param name="samples">Of one kind, with equally many rows.</param>
    /// <param name="padId">Fills what the shorter rows leave.</param>
    /// <param name="length">The length to pad to.</param>
    /// <param name="device">Where to put them.</param>
    public static SampleBatch Create(IReadOnlyList<Sample> samples, int padId, int length, Device device)
    {
        var rows = Batch.Create([.. samples.SelectMany(sample => sample.Rows)], padId, length);
        var input = ModelInput.FromBatch(rows, device, samples[0].Rows.Count);
        return new SampleBatch(input, samples[0].Target is null ? null : LabelsOf(samples, length, device));
    }

    private static ModelLabels LabelsOf(IReadOnlyList<Sample> samples, int length, Device device)
    {
        Tensor Each<T>(Func<T, long> value)
            where T : Target => tensor(samples.Select(sample => value((T)sample.Target!)).ToArray(), device: device);
        switch (samples[0].Target)
        {
            case ClassTarget:
                return new ModelLabels(Each<ClassTarget>(target => target.Class));
            case ValueTarget:
                return new ModelLabels(tensor(samples.Select(sample => (float)((ValueTarget)sample.Target!).Value).ToArray(), device: device));
            case TextsTarget { Texts: var first }:
                long[] texts = [.. samples.SelectMany(sample => ((TextsTarget)sample.Target!).Texts.Select(text => (long)text))];
                return new ModelLabels(tensor(texts, [samples.Count, first.Length], device: device));
            case SpanTarget:
                return new ModelLabels(StartPositions: Each<SpanTarget>(target => target.Start), EndPositions: Each<SpanTarget>(target => target.End));
            default:
                long[] tags = new long[samples.Count * length];
                Array.Fill(tags, HeadedModel.IgnoredLabel);
                for (int s = 0; s < samples.Count; s++)
                {
                    int[] wanted = ((TagsTarget)samples[s].Target!).Tags;
                    for (int i = 0; i < wanted.Length; i++)
                    {
                        tags[(s * length) + i] = wanted[i];
                    }
                }

                return new ModelLabels(tensor(tags, [samples.Count, length], device: device));
        }
    }
}

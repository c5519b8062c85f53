using BiGS.Models;
using static TorchSharp.torch;

namespace BiGS.FineTuning;

/// <summary>Samples side by side, padded to one length, as tensors on a device.</summary>
/// <param name="Input">Ids, mask and types: (b, l); of choices (b, choices, l). The mask is left out where no position is padding.</param>
/// <param name="Labels">Null where the samples want nothing.</param>
public sealed record SampleBatch(ModelInput Input, ModelLabels? Labels)
{
    /// <param name="samples">Of one kind, with equally many rows.</param>
    /// <param name="padId">Fills what the shorter rows leave.</param>
    /// <param name="length">The length to pad to.</param>
    /// <param name="device">Where to put them.</param>
    public static SampleBatch Of(IReadOnlyList<Sample> samples, int padId, int length, Device device)
    {
        SampleRow[] rows = [.. samples.SelectMany(sample => sample.Rows)];
        long[] ids = new long[rows.Length * length];
        long[] mask = new long[ids.Length];
        long[] types = new long[ids.Length];
        Array.Fill(ids, padId);
        for (int r = 0; r < rows.Length; r++)
        {
            int start = r * length;
            for (int i = 0; i < rows[r].Ids.Length; i++)
            {
                ids[start + i] = rows[r].Ids[i];
                mask[start + i] = 1;
                types[start + i] = i < rows[r].SecondFrom ? 0 : 1;
            }
        }

        int choices = samples[0].Rows.Count;
        long[] shape = choices == 1 ? [samples.Count, length] : [samples.Count, choices, length];
        var input = new ModelInput(
            tensor(ids, shape, device: device),
            Array.Exists(mask, text => text == 0) ? tensor(mask, shape, device: device) : null,
            Array.Exists(types, type => type != 0) ? tensor(types, shape, device: device) : null);
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

using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The scale of what a head reads. A pre-norm encoder without a last LayerNorm leaves its hidden states at any scale (hundreds are common: every
/// block reads them normalised), and a head with weights of an ordinary size would start saturated and be thrown about by every step. Dividing the
/// weights and their learning rate by the scale is the same, under Adam, as a head that reads x / s.
/// </summary>
internal sealed record HeadScale
{
    /// <summary>Enough for a mean and a deviation.</summary>
    private const int Examples = 128;

    private static readonly string[] FirstDense = ["bigs.pooler.dense", "classifier", "qa_outputs"];

    private readonly float[] _mean;

    private HeadScale(string dense, float[] mean, double deviation)
    {
        Dense = dense;
        _mean = mean;
        Deviation = deviation;
    }

    /// <summary>The head's first dense.</summary>
    public string Dense { get; }

    /// <summary>s: how far, in rms, what is read varies about its mean.</summary>
    public double Deviation { get; }

    /// <summary>Measures the first examples; null where the head has no dense.</summary>
    public static HeadScale? Of(HeadedModel model, IReadOnlyList<Sample> samples, int padId)
    {
        string[] names = [.. model.named_parameters().Select(p => p.name)];
        if (Array.Find(FirstDense, name => names.Contains(name + ".weight")) is not { } dense)
        {
            return null;
        }

        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        bool wasTraining = model.training;
        model.eval();
        var read = new List<Tensor>();
        foreach (Sample sample in samples.Take(Examples))
        {
            using var each = NewDisposeScope();
            int length = BatchedInference.LengthOf(model.Config, [sample]);
            ModelInput input = SampleBatch.Create([sample with { Rows = [sample.Rows[0]], Target = null }], padId, length, model.Bigs.Embeddings.WordTable.device).Input;
            Tensor last = model.Bigs.Encode(input); // (1, l, d)
            Tensor heard = model.Bigs.Pooler is { } pooler ? pooler.Summary(last, input.AttentionMask) : last[0].narrow(0, 0, Math.Min(sample.Rows[0].Ids.Length, length)); // (·, d)
            read.Add(heard.to_type(ScalarType.Float32).MoveToOuterDisposeScope());
        }

        model.train(wasTraining);
        Tensor all = cat(read); // (n, d)
        Tensor mean = all.mean([0]); // (d)
        double deviation = Math.Sqrt(all.sub(mean).square().mean().cpu().to_type(ScalarType.Float64).item<double>());
        return new HeadScale(
            dense, mean.cpu().data<float>().ToArray(),
            double.IsFinite(deviation) && deviation > 0 ? deviation : 1);
    }

    /// <summary>W ← W / s, b ← b − W μ / s: the dense then reads what is centred and of unit size.</summary>
    public void Fit(HeadedModel model)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        Tensor weight = model.get_parameter(Dense + ".weight")!;
        weight.copy_(weight.div(tensor((float)Deviation, device: weight.device)));
        Tensor bias = model.get_parameter(Dense + ".bias")!;
        bias.copy_(bias.sub(weight.matmul(tensor(_mean, dtype: weight.dtype, device: weight.device))));
    }

    /// <summary>The dense's weight apart, with a learning rate divided by s and the decay that it had.</summary>
    public IReadOnlyList<ParameterGroup> Apply(IReadOnlyList<ParameterGroup> groups)
    {
        string name = Dense + ".weight";
        ParameterGroup own = groups.Single(group => group.Parameters.Any(p => p.Name == name));
        return
        [
            .. groups.Select(group => group with { Parameters = [.. group.Parameters.Where(p => p.Name != name)] }),
            new ParameterGroup([.. own.Parameters.Where(p => p.Name == name)], own.WeightDecay * Deviation, own.LearningRateFactor / Deviation),
        ];
    }
}

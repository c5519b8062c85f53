using BiGS.Configuration;

namespace BiGS.Onnx;

/// <summary>The weights that a model has by its configuration, under the authors' names, with their shapes as PyTorch has them: a dense layer's matrix is (out, in).</summary>
internal static class WeightShapes
{
    /// <summary>All weights of an encoder and its head.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="head">One of <see cref="ModelHeads"/>.</param>
    public static IReadOnlyDictionary<string, long[]> Of(BiGSConfig config, string head)
    {
        IEnumerable<(string Name, long[] Shape)> layers = Enumerable.Range(0, config.NumHiddenLayers).SelectMany(n => Block(config, $"bigs.encoder.layer.{n}."));
        IEnumerable<(string Name, long[] Shape)> lastNorm = config is { Architecture: Architecture.Stack, PreNorm: true } ? Norm("bigs.encoder.LayerNorm", config.HiddenSize) : [];
        return Embeddings(config).Concat(layers).Concat(lastNorm).Concat(Head(config, head)).ToDictionary(weight => weight.Name, weight => weight.Shape, StringComparer.Ordinal);
    }

    private static IEnumerable<(string Name, long[] Shape)> Embeddings(BiGSConfig config)
    {
        const string Here = "bigs.embeddings.";
        long e = config.EmbeddingWidth();
        yield return ($"{Here}word_embeddings.weight", [config.VocabSize, e]);
        if (config.TypeVocabSize > 0)
        {
            yield return ($"{Here}token_type_embeddings.weight", [config.TypeVocabSize, e]);
        }

        if (config.PositionEmbeddingType == PositionEmbedding.Absolute)
        {
            yield return ($"{Here}position_embeddings.weight", [config.MaxPositionEmbeddings, e]);
        }

        foreach ((string, long[]) weight in Norm($"{Here}LayerNorm", e).Concat(e == config.HiddenSize ? [] : Dense("bigs.embeddings_project", e, config.HiddenSize)))
        {
            yield return weight;
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Block(BiGSConfig config, string name)
    {
        (long d, long inner) = (config.HiddenSize, config.IntermediateSize);
        IEnumerable<(string, long[])> block = config.Architecture == Architecture.Gated
            ? [.. Dense($"{name}dv", d, inner), .. Dense($"{name}dol", d, inner), .. Dense($"{name}do", inner, d)]
            : [.. Norm($"{name}output_LayerNorm", d), .. Dense($"{name}intermediate", d, inner), .. Dense($"{name}output", inner, d)];
        return [.. Norm($"{name}LayerNorm", d), .. block, .. Mixer(config, name)];
    }

    private static IEnumerable<(string Name, long[] Shape)> Mixer(BiGSConfig config, string name) => config.Routing switch
    {
        Routing.Ssm => TwoSsms(config, name),
        Routing.Attention => Attention(config.HiddenSize, $"{name}attention."),
        Routing.Hydra => HydraRouting.Weights(config, name),
        _ => throw Layers.NotWritten(config.Routing),
    };

    private static IEnumerable<(string Name, long[] Shape)> TwoSsms(BiGSConfig config, string name)
    {
        long d = config.HiddenSize;
        IEnumerable<(string, long[])> merge = config.Merge == Merge.Concat
            ? Dense($"{name}merge", 2 * d, d)
            : [.. Dense($"{name}duc_forward", d, d), .. Dense($"{name}duc_backward", d, d)];
        return [.. Dense($"{name}du_forward", d, d), .. Dense($"{name}du_backward", d, d), .. SsmRouting.Ssms(name).SelectMany(ssm => Ssm(config, ssm.Name)), .. merge];
    }

    private static IEnumerable<(string Name, long[] Shape)> Ssm(BiGSConfig config, string name)
    {
        (long m, long N) = (config.NumSsmHeads, config.StateSize);
        long[] states = m == 1 ? [N] : [m, N];
        return
        [
            ($"{name}.D", [m]), ($"{name}.kernel.A_re", states), ($"{name}.kernel.A_im", states), ($"{name}.kernel.C", [.. states, 2]), ($"{name}.kernel.log_step", [m]),
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> Attention(long d, string name) =>
        ((string[])["query", "key", "value", "output"]).SelectMany(part => Dense($"{name}{part}", d, d));

    private static IEnumerable<(string Name, long[] Shape)> Head(BiGSConfig config, string head)
    {
        const string Cls = "cls.predictions.";
        (long d, long e) = (config.HiddenSize, config.EmbeddingWidth());
        return head switch
        {
            ModelHeads.MaskedLM => [.. Dense($"{Cls}transform.dense", d, e), .. Norm($"{Cls}transform.LayerNorm", e), ($"{Cls}bias", [config.VocabSize])],
            ModelHeads.SequenceClassification => [.. Dense("bigs.pooler.dense", d, d), .. Dense("classifier", d, config.NumLabels)],
            ModelHeads.MultipleChoice => [.. Dense("bigs.pooler.dense", d, d), .. Dense("classifier", d, 1)],
            ModelHeads.TokenClassification => Dense("classifier", d, config.NumLabels),
            ModelHeads.QuestionAnswering => Dense("qa_outputs", d, 2),
            _ => [],
        };
    }

    /// <summary>Of a dense layer.</summary>
    internal static IEnumerable<(string Name, long[] Shape)> Dense(string name, long inputs, long outputs) => [($"{name}.weight", [outputs, inputs]), ($"{name}.bias", [outputs])];

    /// <summary>Of a LayerNorm.</summary>
    internal static IEnumerable<(string Name, long[] Shape)> Norm(string name, long width) => [($"{name}.weight", [width]), ($"{name}.bias", [width])];
}

using BiGS.Configuration;

namespace BiGS.Training.Planning;

/// <summary>
/// How many numbers a masked language model learns, from its shape alone, so that nothing is set aside to count them. A dense layer n → m has
/// n m + m, a LayerNorm 2 d, and an SSM 4 N + 2 for each of its kernels (A and C complex, D, Δ); the decoder is the word table.
/// </summary>
internal static class ParameterCount
{
    /// <param name="config">The shape, its vocabulary and positions included.</param>
    public static long Compute(BiGSConfig config)
    {
        long d = config.HiddenSize;
        long e = config.EmbeddingWidth();
        long positions = config.PositionEmbeddingType == PositionEmbedding.Absolute ? config.MaxPositionEmbeddings : 0;
        long embeddings = ((config.VocabSize + positions + config.TypeVocabSize) * e) + Norm(e) + (e == d ? 0 : Dense(e, d));
        long head = Dense(d, e) + Norm(e) + config.VocabSize;
        bool endsWithNorm = config.Architecture == Architecture.Stack && config.PreNorm;
        return embeddings + (config.NumHiddenLayers * Layer(config)) + (endsWithNorm ? Norm(d) : 0) + head;
    }

    private static long Layer(BiGSConfig config)
    {
        long d = config.HiddenSize;
        long i = config.IntermediateSize;
        long around = config.Architecture == Architecture.Gated
            ? Norm(d) + Dense(d, i) + Dense(d, i) + Dense(i, d)
            : Norm(d) + Norm(d) + Dense(d, i) + Dense(i, d);
        return around + Mixer(config);
    }

    private static long Mixer(BiGSConfig config)
    {
        long d = config.HiddenSize;
        if (config.Routing == Routing.Attention)
        {
            return 4 * Dense(d, d);
        }

        if (config.Routing != Routing.Ssm)
        {
            throw new NotSupportedException($"BiGSConfig.Routing is {config.Routing}, whose parameters are not counted; add them to ParameterCount.");
        }

        long ssm = config.NumSsmHeads * ((4 * config.StateSize) + 2);
        long merge = config.Merge == Merge.Concat ? Dense(2 * d, d) : 2 * Dense(d, d);
        return (2 * Dense(d, d)) + (2 * ssm) + merge;
    }

    private static long Dense(long from, long to) => (from * to) + to;

    private static long Norm(long d) => 2 * d;
}

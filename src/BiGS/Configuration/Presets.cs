namespace BiGS.Configuration;

/// <summary>Shapes that have a name. The vocabulary size is the tokenizer's.</summary>
public static class Presets
{
    /// <summary>
    /// The authors' N(0, 0.02) at their width of 1024 keeps 0.64 of the size of what a dense layer reads. Narrower models start wider,
    /// so that as much is kept: at width 128 and N(0, 0.02), the product of the two directions would be all but zero.
    /// </summary>
    private const double AuthorsRange = 0.02;
    private const double AuthorsWidth = 1024;

    /// <summary>The names that <see cref="Get"/> takes, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tiny", "mini", "small", "medium", "base", "large"];

    /// <summary>
    /// <c>tiny</c> trains in minutes on two cores (three layers, eight kernels of sixteen states in each, and summed directions: what learns
    /// agreement soonest, docs/results/studies.md), <c>mini</c> in an hour, <c>small</c> in hours; <c>medium</c>, the shape of the model that ships, wants a GPU for minutes;
    /// <c>base</c> has BERT-Base's width and depth;
    /// <c>large</c> is the authors' model of 346,314,134 parameters (with 30,522 words and 128 positions).
    /// </summary>
    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static BiGSConfig Get(string name) => name switch
    {
        "tiny" => Gated(hiddenSize: 128, layers: 3, attentionHeads: 4) with { NumSsmHeads = 8, StateSize = 16, Merge = Merge.Add },
        "mini" => Gated(hiddenSize: 256, layers: 4, attentionHeads: 4) with { NumSsmHeads = 8, StateSize = 16, Merge = Merge.Add },
        "small" => Gated(hiddenSize: 256, layers: 8, attentionHeads: 4),
        "medium" => Gated(hiddenSize: 320, layers: 8, attentionHeads: 5) with { NumSsmHeads = 8, StateSize = 16, Merge = Merge.Add },
        "base" => Gated(hiddenSize: 768, layers: 12, attentionHeads: 12),
        "large" => Gated(hiddenSize: 1024, layers: 23, attentionHeads: 16),
        _ => throw new ArgumentException($"There is no preset \"{name}\"; choose one of {string.Join(", ", Names)}."),
    };

    /// <summary>
    /// The same model with another block or mixer, of equal size: a STACK of the same depth gets inner size 4.5 d,
    /// so that both have 13 d² per layer (paper.md §3). Hydra's heads have at most about 64 values, as its authors'
    /// have, and at most half as many states as the model is wide, or nothing would be left for values.
    /// </summary>
    internal static BiGSConfig WithBlocks(this BiGSConfig config, Architecture architecture, Routing routing) => config with
    {
        Architecture = architecture,
        Routing = routing,
        NumSsmHeads = routing == Routing.Hydra ? Math.Max(config.NumSsmHeads, config.HiddenSize / 32) : config.NumSsmHeads,
        StateSize = routing == Routing.Hydra ? Math.Min(config.StateSize, config.HiddenSize / 2) : config.StateSize,
        IntermediateSize = architecture == Architecture.Gated ? 3 * config.HiddenSize : 9 * config.HiddenSize / 2,
    };

    private static BiGSConfig Gated(int hiddenSize, int layers, int attentionHeads) => new()
    {
        HiddenSize = hiddenSize,
        NumHiddenLayers = layers,
        IntermediateSize = 3 * hiddenSize,
        NumAttentionHeads = attentionHeads,
        InitializerRange = InitializerRangeFor(hiddenSize),
    };

    /// <summary>The standard deviation of fresh weights of a model of some width.</summary>
    internal static double InitializerRangeFor(int hiddenSize) => AuthorsRange * Math.Sqrt(AuthorsWidth / hiddenSize);
}

using BiGS.Configuration;

namespace BiGS.Training.Studies;

/// <summary>A model of a comparison.</summary>
/// <param name="Key">In file names and results.</param>
/// <param name="Name">To be read.</param>
/// <param name="Model">Its shape; words and positions follow from the text.</param>
internal sealed record StudyModel(string Key, string Name, BiGSConfig Model);

/// <summary>What can be compared: each a list of models that differ in one thing, of equal size to 2 % wherever that thing allows it.</summary>
internal static class Comparisons
{
    /// <summary>The names that <see cref="Named"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["paper", "kernels", "positions", "merges", "mixers"];

    /// <summary>
    /// <c>paper</c>: block × routing (paper.md §3), STACK × SSM merged as the authors' text and as their figure has it; <c>kernels</c>: one
    /// or eight of them in each layer and direction; <c>positions</c>: with a table and without; <c>merges</c>: three ways to make one of two directions;
    /// <c>mixers</c>: from BiGS to a mixer that the text sets (Hydra), one change at a time, and attention, all in the gated block.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="preset">Gives width, depth and the rest.</param>
    /// <exception cref="ArgumentException">The name is none of them.</exception>
    public static IReadOnlyList<StudyModel> Named(string name, BiGSConfig preset)
    {
        // The paper's BiGS: one kernel of 64 states a layer and direction, and the product of both directions.
        BiGSConfig bigs = preset.WithBlocks(Architecture.Gated, Routing.Ssm) with { NumSsmHeads = 1, StateSize = 64, Merge = Merge.Multiply };
        BiGSConfig stack = bigs.WithBlocks(Architecture.Stack, Routing.Ssm);
        return name switch
        {
            "paper" =>
            [
                new("gated-ssm", "GATED × SSM (BiGS)", bigs),
                new("stack-ssm", "STACK × SSM, product", stack),
                new("stack-ssm-concat", "STACK × SSM, concatenated", stack with { Merge = Merge.Concat }),
                new("stack-attention", "STACK × attention (BERT)", bigs.WithBlocks(Architecture.Stack, Routing.Attention)),
                new("gated-attention", "GATED × attention", bigs.WithBlocks(Architecture.Gated, Routing.Attention)),
            ],
            "kernels" =>
            [
                new("kernels-1", "one kernel, N = 64", bigs),
                new("kernels-8", "eight kernels, N = 16", bigs with { NumSsmHeads = 8, StateSize = 16 }),
            ],
            "positions" =>
            [
                new("positions-absolute", "a table of positions", bigs),
                new("positions-none", "no positions", bigs with { PositionEmbeddingType = PositionEmbedding.None }),
            ],
            "merges" =>
            [
                new("merge-multiply", "product", bigs),
                new("merge-add", "sum", bigs with { Merge = Merge.Add }),
                new("merge-concat", "concatenated", bigs with { Merge = Merge.Concat }),
            ],
            "mixers" =>
            [
                new("ssm-multiply", "one kernel, product (BiGS)", bigs),
                new("ssm-add", "one kernel, sum", bigs with { Merge = Merge.Add }),
                new("ssm-heads", "eight kernels, sum", bigs with { NumSsmHeads = 8, StateSize = 16, Merge = Merge.Add }),
                new("hydra", "Hydra", (bigs with { StateSize = 16 }).WithBlocks(Architecture.Gated, Routing.Hydra) with { NumSsmHeads = 8 }),
                new("attention", "attention", bigs.WithBlocks(Architecture.Gated, Routing.Attention)),
            ],
            _ => throw new ArgumentException($"There is no comparison \"{name}\"; choose one of {string.Join(", ", Names)}."),
        };
    }
}

using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// State-space models that the text sets (<see cref="QuasiseparableMatrix"/>), in chunks of matrix products. The matrices follow from the rows at hand, so the graph
/// holds no more than the model's weights; how long and how many the chunks are, the rows decide. Logarithms of decays and steps are in double.
/// </summary>
internal sealed class HydraRouting : IRouting
{
    private readonly HydraShape _shape;
    private readonly double _epsilon;
    private readonly IModelWeights _weights;
    private readonly LinearLayers _linear;
    private readonly Float32LinearLayers _exact;
    private readonly Padding _padding;
    private readonly Value _length;
    private readonly Value _chunkLength;
    private readonly Value _missing;
    private readonly Value _isLong;
    private readonly Value _below;
    private readonly Value _elsewhere;
    private readonly Value _chunksBelow;
    private readonly Value _chunksAbove;

    public HydraRouting(BiGSConfig config, IModelWeights weights, LinearLayers linear, Graph graph, Value ids, Padding padding)
    {
        _shape = HydraShape.Of(config);
        _epsilon = config.LayerNormEps;
        _weights = weights;
        _linear = linear;
        _exact = new Float32LinearLayers(weights);
        _padding = padding;
        Graph here = graph.In("positions");
        _length = here.Size(ids, 1);
        _chunkLength = here.AddNode("Min", _length, here.Numbers(HydraShape.ChunkLength));
        Value chunks = here.AddNode("Div", here.AddNode("Sub", here.Plus(_length, _chunkLength), here.Numbers(1)), _chunkLength);
        _missing = here.AddNode("Sub", here.Times(chunks, _chunkLength), _length);
        _isLong = here.AddNode("Greater", chunks, here.Numbers(1));
        (_below, Value above) = Triangles(here, _chunkLength);
        _elsewhere = here.AddNode("Or", _below, above);
        (_chunksBelow, _chunksAbove) = Triangles(here, chunks);
    }

    /// <summary>The weights of a block's mixer, as the checkpoint has them.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Weights(BiGSConfig config, string block)
    {
        var shape = HydraShape.Of(config);
        (string name, long d, long channels) = ($"{block}hydra.", config.HiddenSize, shape.Channels);
        return
        [
            .. WeightShapes.Dense($"{name}in_proj", d, channels), ($"{name}conv1d.weight", [channels, 1, HydraShape.Taps]), ($"{name}conv1d.bias", [channels]),
            .. WeightShapes.Dense($"{name}dt_proj", d, 2 * shape.Heads), ($"{name}A_log", [shape.Heads]), .. WeightShapes.Dense($"{name}fc_D", shape.Inner, shape.Heads),
            .. WeightShapes.Norm($"{name}LayerNorm", shape.Inner), .. WeightShapes.Dense($"{name}out_proj", shape.Inner, d),
        ];
    }

    /// <inheritdoc/>
    public Value Route(Graph graph, Value X, string name)
    {
        (Graph here, string mixer, long e, long m, long N, long p) = (graph.In("hydra"), $"{name}hydra.", _shape.Inner, _shape.Heads, _shape.States, _shape.HeadWidth);
        Value u = Convolved(here, here.Times(_linear.Dense(here, X, $"{mixer}in_proj"), _padding.Keep), mixer); // (b, l, e + 4N)
        Value[] parts = here.AddNode("Split", [u, here.Numbers(e, N, N, N, N)], 5, ("axis", -1L));
        Value x = here.Times(parts[0], _padding.Keep);
        Value delta = Double(here, here.AddNode("Softplus", _exact.Dense(here, X, $"{mixer}dt_proj"))); // (b, l, 2m)
        Value logDecay = here.Times(here.Times(delta, Rates(here, mixer)), Double(here, _padding.Keep));

        Value g = ByHead(here, logDecay); // (b, c, 2m, Q)
        Value[] decays = Directions(here, g);
        Value[] sums = Directions(here, here.AddNode("CumSum", g, here.Number(3)));
        Value[] logDelta = Directions(here, ByHead(here, here.AddNode("Log", delta)));
        Value values = Chunked(here, x, m, p); // (b, c, Q, m, p)
        var right = new Side(here, sums[0], decays[0], logDelta[0], Chunked(here, parts[1], N), Chunked(here, Shifted(here, parts[2], 1), N));
        var left = new Side(here, sums[1], decays[1], logDelta[1], Chunked(here, parts[3], N), Chunked(here, Shifted(here, parts[4], -1), N));

        Value y = here.Transposed(here.Product(Blocks(here, right, left), here.Transposed(values, 0, 1, 3, 2, 4)), 0, 1, 3, 2, 4); // (b, c, Q, m, p)
        y = here.If(_isLong, then => then.Plus(y, Carried(then, values, right, left)), otherwise => otherwise.AddNode("Identity", y));
        Value D = here.Unsqueezed(_exact.Dense(here, x, $"{mixer}fc_D"), -1); // (b, l, m, 1)
        y = here.Plus(here.First(here.Reshaped(y, 0, -1, m, p), _length, axis: 1), here.Times(here.Reshaped(x, 0, 0, m, p), D));
        Value normed = here.AddNode(
            "LayerNormalization",
            [here.Reshaped(y, 0, 0, e), here.Weight(_weights, $"{mixer}LayerNorm.weight"), here.Weight(_weights, $"{mixer}LayerNorm.bias")],
            ("axis", -1L),
            ("epsilon", (float)_epsilon));
        return _linear.Dense(here, normed, $"{mixer}out_proj");
    }

    /// <summary>The blocks of the matrices inside chunks, but for the diagonal: (b, c, m, Q, Q).</summary>
    private Value Blocks(Graph graph, Side right, Side left)
    {
        Value exponent = graph.AddNode(
            "Where",
            _below,
            graph.AddNode("Sub", graph.Unsqueezed(right.Before, -1), graph.Unsqueezed(graph.AddNode("Sub", right.UpTo, right.LogDelta), -2)),
            graph.AddNode("Sub", graph.Unsqueezed(graph.Plus(left.Before, left.LogDelta), -2), graph.Unsqueezed(left.UpTo, -1)));
        Value similarity = graph.AddNode(
            "Where", _below, graph.Product(right.C, graph.Transposed(right.B, 0, 1, 3, 2)), graph.Product(left.C, graph.Transposed(left.B, 0, 1, 3, 2))); // (b, c, Q, Q)
        return graph.Times(Decays(graph, exponent, _elsewhere), graph.Unsqueezed(similarity, 2));
    }

    /// <summary>What arrives from other chunks: (b, c, Q, m, p).</summary>
    private Value Carried(Graph graph, Value values, Side right, Side left)
    {
        (Value rightTotal, Value leftTotal) = (Total(graph, right), Total(graph, left)); // (b, c, m, 1)
        (Value rightBefore, Value rightUpTo) = SumsOfChunks(graph, rightTotal);
        (Value leftBefore, Value leftUpTo) = SumsOfChunks(graph, leftTotal);
        Value after = graph.AddNode("Sub", graph.Unsqueezed(rightBefore, -1), graph.Unsqueezed(rightUpTo, -2));
        Value before = graph.AddNode("Sub", graph.Unsqueezed(leftBefore, -2), graph.Unsqueezed(leftUpTo, -1));
        return graph.Plus(
            Carried(
                graph, values, right, graph.AddNode("Sub", rightTotal, graph.AddNode("Sub", right.UpTo, right.LogDelta)), right.Before,
                Decays(graph, after, _chunksBelow)),
            Carried(
                graph, values, left, graph.Plus(left.Before, left.LogDelta), graph.AddNode("Sub", leftTotal, left.UpTo),
                Decays(graph, before, _chunksAbove)));
    }

    /// <param name="graph">Where.</param>
    /// <param name="values">(b, c, Q, m, p).</param>
    /// <param name="side">Which direction.</param>
    /// <param name="into">log of what is left of a word's share at the end of its chunk: (b, c, m, Q).</param>
    /// <param name="outOf">log of what is left, at a position, of the state that its chunk began with: (b, c, m, Q).</param>
    /// <param name="between">From chunk to chunk: (b, m, c, c).</param>
    private Value Carried(Graph graph, Value values, Side side, Value into, Value outOf, Value between)
    {
        (long e, long m, long N, long p) = (_shape.Inner, _shape.Heads, _shape.States, _shape.HeadWidth);
        Value Factor(Value log) => graph.Unsqueezed(graph.Transposed(graph.ToFloat(graph.AddNode("Exp", log)), 0, 1, 3, 2), -1); // (b, c, Q, m, 1)
        Value added = graph.Product(graph.Transposed(side.B, 0, 1, 3, 2), graph.Reshaped(graph.Times(values, Factor(into)), 0, 0, 0, e)); // (b, c, N, e)
        Value byHead = graph.Reshaped(graph.Transposed(graph.Reshaped(added, 0, 0, N, m, p), 0, 3, 1, 2, 4), 0, m, -1, N * p);
        Value begun = graph.Transposed(graph.Reshaped(graph.Product(between, byHead), 0, m, -1, N, p), 0, 2, 3, 1, 4); // (b, c, N, m, p)
        return graph.Times(graph.Reshaped(graph.Product(side.C, graph.Reshaped(begun, 0, -1, N, e)), 0, 0, 0, m, p), Factor(outOf));
    }

    private static Value Total(Graph graph, Side side) => graph.AddNode("Gather", [side.UpTo, graph.Numbers(-1)], ("axis", 3L));

    /// <summary>Sums over whole chunks, before each and up to it: (b, m, c).</summary>
    private static (Value Before, Value UpTo) SumsOfChunks(Graph graph, Value total)
    {
        Value byHead = graph.AddNode("Squeeze", graph.Transposed(total, 0, 2, 1, 3), graph.Numbers(-1));
        Value sums = graph.AddNode("CumSum", byHead, graph.Number(2));
        return (graph.AddNode("Sub", sums, byHead), sums);
    }

    /// <summary>e^x at some places of a matrix, 0 at the others.</summary>
    private static Value Decays(Graph graph, Value x, Value places) =>
        graph.AddNode("Exp", graph.AddNode("Where", places, graph.ToFloat(x), graph.Number(float.NegativeInfinity)));

    /// <summary>Where a matrix of n rows and columns is below and above its diagonal: (n, n) each.</summary>
    private static (Value Below, Value Above) Triangles(Graph graph, Value size)
    {
        Value positions = graph.AddNode("Range", graph.Number(0), graph.AddNode("Squeeze", size), graph.Number(1));
        (Value down, Value across) = (graph.Unsqueezed(positions, 1), graph.Unsqueezed(positions, 0));
        return (graph.AddNode("Greater", down, across), graph.AddNode("Less", down, across));
    }

    /// <summary>silu of each channel's convolution: (b, l, channels).</summary>
    private Value Convolved(Graph graph, Value u, string mixer)
    {
        Value y = graph.Transposed(
            graph.AddNode(
                "Conv",
                [graph.Transposed(u, 0, 2, 1), graph.Weight(_weights, $"{mixer}conv1d.weight"), graph.Weight(_weights, $"{mixer}conv1d.bias")],
                ("group", (long)_shape.Channels),
                ("pads", new long[] { HydraShape.Taps / 2, HydraShape.Taps / 2 })),
            0, 2, 1);
        return graph.Times(y, graph.AddNode("Sigmoid", y));
    }

    /// <summary>−e^A of every head, for both directions: (2m), double.</summary>
    private Value Rates(Graph graph, string mixer) => graph.Weight(
        $"{mixer}rates", OnnxType.Double, [2 * _shape.Heads], () => (double[])[.. Enumerable.Repeat(_weights.Read($"{mixer}A_log"), 2).SelectMany(a => a).Select(a => -Math.Exp(a))]);

    /// <summary>(b, l, …) → (b, c, Q, …), filled with zeros, which add nothing to any state and let it pass.</summary>
    private Value Chunked(Graph graph, Value x, params long[] last)
    {
        Value filling = graph.Joined(0, [graph.Numbers(0, 0, 0, 0), _missing, graph.Numbers(0)]);
        return graph.AddNode("Reshape", graph.AddNode("Pad", x, filling), graph.Joined(0, [graph.Numbers(0, -1), _chunkLength, graph.Numbers(last)]));
    }

    /// <summary>(b, l, 2m) → (b, c, 2m, Q).</summary>
    private Value ByHead(Graph graph, Value x) => graph.Transposed(Chunked(graph, x, 2 * _shape.Heads), 0, 1, 3, 2);

    /// <summary>C of the position before (1) or after (−1).</summary>
    private static Value Shifted(Graph graph, Value C, long by) => graph.AddNode("Pad", C, graph.Numbers(0, by, 0, 0, -by, 0));

    private static Value[] Directions(Graph graph, Value both) => graph.AddNode("Split", [both], 2, ("axis", 2L));

    private static Value Double(Graph graph, Value x) => graph.AddNode("Cast", [x], ("to", (long)OnnxType.Double));

    /// <summary>One direction, cut into chunks.</summary>
    private sealed class Side(Graph graph, Value upTo, Value logDecay, Value logDelta, Value b, Value c)
    {
        /// <summary>Σ log a up to a position: (b, c, m, Q).</summary>
        public Value UpTo => upTo;

        /// <summary>Σ log a before a position: (b, c, m, Q).</summary>
        public Value Before { get; } = graph.AddNode("Sub", upTo, logDecay);

        /// <summary>(b, c, m, Q).</summary>
        public Value LogDelta => logDelta;

        /// <summary>(b, c, Q, N).</summary>
        public Value B => b;

        /// <summary>Of the neighbour from which the state comes: (b, c, Q, N).</summary>
        public Value C => c;
    }
}

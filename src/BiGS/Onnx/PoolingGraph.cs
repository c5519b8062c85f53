using BiGS.SentenceTransformers;

namespace BiGS.Onnx;

/// <summary>How hidden states become the vector of a text (<see cref="SentencePooling"/>), in ONNX's operators: for runtimes that know nothing of modules.json.</summary>
internal sealed class PoolingGraph
{
    private const float Smallest = 1e-12f;

    private readonly Graph _graph;
    private readonly Value _last;
    private readonly Value _mask;
    private readonly Value _keep;

    /// <param name="graph">Where.</param>
    /// <param name="last">Hidden states: (b, l, d).</param>
    /// <param name="mask">(b, l), 1 = text.</param>
    public PoolingGraph(Graph graph, Value last, Value mask)
    {
        (_graph, _last, _mask) = (graph, last, mask);
        _keep = new Padding(graph, mask).Keep; // (b, l, 1)
    }

    /// <summary>(b, width).</summary>
    public Value Vector(SentencePooling pooling) => pooling.Layers.Select((layer, place) => (layer, place)).Aggregate(
        _graph.Joined(-1, pooling.Modes.Select(Pooled)), (x, next) => Followed(x, next.layer, next.place));

    /// <summary>The mean over the tokens of a text: (b, d).</summary>
    public Value Mean() => Weighted(_keep, Sum(_keep));

    private Value Pooled(PoolingMode mode)
    {
        switch (mode)
        {
            case PoolingMode.Cls:
                return _graph.AddNode("Squeeze", _graph.First(_last, _graph.Numbers(1), axis: 1), _graph.Numbers(1));
            case PoolingMode.Max:
                Value isText = _graph.AddNode("Cast", [_graph.Unsqueezed(_mask, -1)], ("to", (long)OnnxType.Bool));
                return _graph.AddNode("ReduceMax", [_graph.AddNode("Where", isText, _last, _graph.Number(float.MinValue))], ("axes", new long[] { 1 }), ("keepdims", 0L));
            case PoolingMode.Mean:
                return Mean();
            case PoolingMode.MeanSqrtLen:
                return Weighted(_keep, _graph.AddNode("Sqrt", Sum(_keep)));
            case PoolingMode.WeightedMean:
                Value weights = _graph.Times(_keep, _graph.ToFloat(_graph.Unsqueezed(Counted(from: 1), -1))); // (b, l, 1)
                return Weighted(weights, Sum(weights));
            case PoolingMode.LastToken:
                Value last = _graph.AddNode("ReduceMax", [_graph.Times(_mask, Counted(from: 1))], ("axes", new long[] { 1 }), ("keepdims", 1L)); // (b, 1)
                return Sum(_graph.Times(_last, _graph.Unsqueezed(_graph.ToFloat(_graph.AddNode("Equal", Counted(from: 1), last)), -1)));
            default:
                throw new ArgumentOutOfRangeException(nameof(mode), mode, "This way of pooling is not written as ONNX.");
        }
    }

    private Value Followed(Value x, SentenceLayer layer, int place)
    {
        switch (layer)
        {
            case UnitLengthLayer:
                Value length = _graph.AddNode("ReduceL2", [x], ("axes", new long[] { -1 }), ("keepdims", 1L));
                return _graph.AddNode("Div", x, _graph.AddNode("Max", length, _graph.Number(Smallest)));
            case SentenceDense dense:
                Value W = _graph.Weight($"sentence.{place}.weight", OnnxType.Float, [dense.Outputs, dense.Inputs], () => dense.Weight);
                Value y = _graph.Product(x, _graph.Transposed(W, 1, 0));
                y = dense.Bias is { } bias ? _graph.Plus(y, _graph.Weight($"sentence.{place}.bias", OnnxType.Float, [dense.Outputs], () => bias)) : y;
                return dense.Tanh ? _graph.AddNode("Tanh", y) : y;
            default:
                throw new ArgumentException($"A {layer.GetType().Name} is not written as ONNX.", nameof(layer));
        }
    }

    /// <summary>Positions, counted from a number on: (l).</summary>
    private Value Counted(long from)
    {
        Value length = _graph.AddNode("Squeeze", _graph.Size(_mask, 1), _graph.Numbers(0));
        return _graph.Plus(_graph.AddNode("Range", _graph.Number(0), length, _graph.Number(1)), _graph.Number(from));
    }

    private Value Weighted(Value weights, Value by) => _graph.AddNode("Div", Sum(_graph.Times(_last, weights)), by);

    /// <summary>Over positions.</summary>
    private Value Sum(Value x) => _graph.AddNode("ReduceSum", [x, _graph.Numbers(1)], ("keepdims", 0L));
}

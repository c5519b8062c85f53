using System.Globalization;
using System.Runtime.InteropServices;

namespace BiGS.Onnx;

/// <summary>Something that a graph computes or holds, by its name.</summary>
internal readonly record struct Value(string Name);

/// <summary>The element types of ONNX that are used here, by their numbers.</summary>
internal enum OnnxType
{
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Double = 11,
}

/// <summary>
/// A computation being written down in ONNX's operators: every operation is a node, whose result has the name of the place where it stands,
/// such as <c>layer.0/fs4/Gather</c>.
/// </summary>
internal sealed class Graph
{
    private readonly Contents _contents;
    private readonly List<Message> _nodes;
    private readonly string _place;

    public Graph()
        : this(new Contents(), [], "")
    {
    }

    private Graph(Contents contents, List<Message> nodes, string place)
    {
        _contents = contents;
        _nodes = nodes;
        _place = place;
    }

    /// <summary>The same graph, for the operations of a part of it.</summary>
    public Graph In(string part) => new(_contents, _nodes, $"{_place}{part}/");

    /// <summary>In place of an input that an operation can do without.</summary>
    public Value None => new("");

    /// <summary>An input of the model.</summary>
    /// <param name="name">As callers name it.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="dimensions">Names of dimensions of any size.</param>
    public Value Input(string name, OnnxType type, params string[] dimensions)
    {
        _contents.Inputs.Add(OnnxFields.Value(name, type, dimensions));
        return new Value(name);
    }

    /// <summary>Gives a value the name by which callers get it.</summary>
    /// <param name="name">As callers name it.</param>
    /// <param name="value">What it is.</param>
    /// <param name="dimensions">Numbers, or names of dimensions of any size.</param>
    /// <returns>The same value under that name; what goes on from it can then be computed from it alone.</returns>
    public Value Output(string name, Value value, params string[] dimensions)
    {
        _nodes.Add(OnnxFields.Node("Identity", "", name, [value.Name], [name], []));
        _contents.Outputs.Add(OnnxFields.Value(name, OnnxType.Float, dimensions));
        return new Value(name);
    }

    /// <summary>An operation with one result.</summary>
    public Value AddNode(string operation, params Value[] inputs) => AddNode(operation, inputs, []);

    /// <inheritdoc cref="AddNode(string, Value[])"/>
    public Value AddNode(string operation, Value[] inputs, params (string Name, object Value)[] attributes) =>
        AddNode(operation, inputs, 1, attributes)[0];

    /// <summary>An operation with several results.</summary>
    public Value[] AddNode(string operation, Value[] inputs, int results, params (string Name, object Value)[] attributes) =>
        AddNode(operation, "", inputs, results, attributes);

    /// <summary>An operation that only ONNX Runtime knows.</summary>
    public Value AddContribNode(string operation, Value[] inputs, params (string Name, object Value)[] attributes)
    {
        _contents.HasContribOperators = true;
        return AddNode(operation, OnnxFields.ContribDomain, inputs, 1, attributes)[0];
    }

    private Value[] AddNode(string operation, string domain, Value[] inputs, int results, (string Name, object Value)[] attributes)
    {
        string name = Free($"{_place}{operation}");
        Value[] outputs = [.. Enumerable.Range(0, results).Select(i => new Value(results == 1 ? name : $"{name}.{i}"))];
        _nodes.Add(OnnxFields.Node(operation, domain, name, inputs.Select(input => input.Name), outputs.Select(output => output.Name), attributes));
        return outputs;
    }

    /// <summary>One computation or another; both may read all that is computed outside.</summary>
    /// <param name="condition">A bool, (1).</param>
    /// <param name="then">Where it holds.</param>
    /// <param name="otherwise">Where it does not.</param>
    public Value If(Value condition, Func<Graph, Value> then, Func<Graph, Value> otherwise)
    {
        Message Branch(string name, Func<Graph, Value> write)
        {
            var inner = new Graph(_contents, [], $"{_place}{name}/");
            Value result = write(inner);
            return OnnxFields.Graph(name, inner._nodes, [], [], [OnnxFields.Value(result.Name, OnnxType.Float)]);
        }

        return AddNode("If", [condition], ("then_branch", Branch("then", then)), ("else_branch", Branch("else", otherwise)));
    }

    /// <summary>Whole numbers that the graph holds: (n).</summary>
    public Value Numbers(params long[] numbers) => Held(string.Join(',', numbers), OnnxType.Int64, [numbers.Length], () => numbers);

    /// <summary>One whole number without a dimension.</summary>
    public Value Number(long number) => Held($"{number} alone", OnnxType.Int64, [], () => new[] { number });

    /// <summary>One number without a dimension.</summary>
    public Value Number(float number) => Held(number.ToString("r", CultureInfo.InvariantCulture) + "f", OnnxType.Float, [], () => new[] { number });

    /// <summary>One number of eight bits without a dimension.</summary>
    public Value Byte(byte number) => Held($"{number} byte", OnnxType.UInt8, [], () => new[] { number });

    /// <summary>A weight.</summary>
    /// <param name="name">As the checkpoint has it.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="values">Makes them when they are to be written.</param>
    public Value Weight<T>(string name, OnnxType type, long[] shape, Func<T[]> values)
        where T : unmanaged
    {
        if (_contents.Held.Add(name))
        {
            long bytes = shape.Aggregate(1L, (product, size) => product * size) * Marshal.SizeOf<T>();
            _contents.Weights.Add(new HeldTensor(name, type, shape, bytes, stream => stream.Write(MemoryMarshal.AsBytes(values().AsSpan()))));
        }

        return new Value(name);
    }

    /// <summary>The model: graph, versions, and what else is to be known of it.</summary>
    /// <param name="name">The model's.</param>
    /// <param name="facts">What else is to be known of it.</param>
    /// <param name="weights">Takes large weights, which the model then names by their places in that file; null where the model holds them.</param>
    public Message ToModel(string name, IReadOnlyDictionary<string, string> facts, ExternalWeights? weights = null) => OnnxFields.Model(
        OnnxFields.Graph(name, _nodes, _contents.Weights.Select(tensor => weights?.TryAdd(tensor) ?? tensor.ToMessage()), _contents.Inputs, _contents.Outputs),
        facts,
        _contents.HasContribOperators);

    private Value Held<T>(string name, OnnxType type, long[] shape, Func<T[]> values)
        where T : unmanaged => Weight($"constant/{name}", type, shape, values);

    private string Free(string name)
    {
        string free = name;
        for (int n = 2; !_contents.Named.Add(free); n++)
        {
            free = $"{name}.{n}";
        }

        return free;
    }

    private sealed class Contents
    {
        public List<HeldTensor> Weights { get; } = [];

        public List<Message> Inputs { get; } = [];

        public List<Message> Outputs { get; } = [];

        public HashSet<string> Held { get; } = [];

        public HashSet<string> Named { get; } = [];

        public bool HasContribOperators { get; set; }
    }
}

/// <summary>Numbers that a graph holds.</summary>
/// <param name="Name">As nodes name them.</param>
/// <param name="Type">Of the elements.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Bytes">How many there are.</param>
/// <param name="Write">Makes and writes them.</param>
internal sealed record HeldTensor(string Name, OnnxType Type, long[] Shape, long Bytes, Action<Stream> Write)
{
    public Message ToMessage() => OnnxFields.Tensor(Name, Type, Shape, Bytes, Write);
}

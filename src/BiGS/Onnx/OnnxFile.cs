namespace BiGS.Onnx;

/// <summary>
/// An ONNX file taken apart, so that only what is asked for is computed: ONNX Runtime computes every node of a graph, and a vector for a text needs no
/// scores of words.
/// </summary>
internal sealed class OnnxFile
{
    private const int GraphField = 7;
    private const int FactField = 14;
    private const int NodeField = 1;
    private const int WeightField = 5;
    private const int InputField = 11;
    private const int OutputField = 12;

    private readonly ProtobufField[] _model;
    private readonly ProtobufField[] _graph;

    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public OnnxFile(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            _model = [.. ProtobufField.In(bytes)];
            _graph = [.. _model.Single(field => field.Number == GraphField).Fields];
            Facts = _model.Where(field => field.Number == FactField).Select(fact => fact.Fields.ToArray())
                .ToDictionary(fact => fact.Single(field => field.Number == 1).Text, fact => fact.Single(field => field.Number == 2).Text);
            Outputs = [.. Of(OutputField).Select(NameOf)];
        }
        catch (Exception broken) when (broken is InvalidDataException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: not an ONNX file: {broken.Message}; write it again with OnnxExport.Export.", broken);
        }
    }

    /// <summary>What the file says of itself.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>Names of all that it computes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The operators of its nodes, branches apart.</summary>
    public IEnumerable<string> Operators => Of(NodeField).Select(node => node.Fields.First(part => part.Number == 4).Text);

    /// <summary>The part of the model that computes some outputs: from its inputs, or from a value between, which becomes an input.</summary>
    /// <param name="outputs">What is wanted.</param>
    /// <param name="from">An output of the whole model to begin with; null for its inputs.</param>
    /// <returns>A model of its own.</returns>
    /// <exception cref="ArgumentException">It computes no such output.</exception>
    public byte[] Part(IReadOnlyCollection<string> outputs, string? from = null)
    {
        if (outputs.FirstOrDefault(name => !Outputs.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"the model computes {string.Join(", ", Outputs)}, and no {unknown}.");
        }

        var needed = new HashSet<string>(outputs);
        var nodes = new Stack<ProtobufField>();
        foreach (ProtobufField node in Of(NodeField).Reverse())
        {
            ProtobufField[] parts = [.. node.Fields];
            if (!parts.Any(part => part.Number == 2 && part.Text != from && needed.Contains(part.Text)))
            {
                continue;
            }

            needed.UnionWith(Inputs(node));
            nodes.Push(node);
        }

        var graph = new Message();
        foreach (ProtobufField field in _graph)
        {
            bool kept = field.Number switch
            {
                NodeField => false,
                WeightField => needed.Contains(WeightName(field)),
                InputField => needed.Contains(NameOf(field)),
                OutputField => outputs.Contains(NameOf(field)),
                _ => true,
            };
            if (kept)
            {
                graph.Add(field.Whole);
            }
        }

        foreach (ProtobufField node in nodes)
        {
            graph.Add(node.Whole);
        }

        if (from is not null)
        {
            ProtobufField between = Of(OutputField).Single(output => NameOf(output) == from);
            graph.Add(InputField, between.Content.Length, stream => stream.Write(between.Content.Span));
        }

        return WithGraph(graph);
    }

    /// <summary>What a node reads; of a node with branches also what these read.</summary>
    private static IEnumerable<string> Inputs(ProtobufField node) => node.Fields.SelectMany(part => part.Number switch
    {
        1 => [part.Text],
        5 => part.Fields.Where(field => field.Number == 6).SelectMany(branch => branch.Fields).Where(field => field.Number == NodeField).SelectMany(Inputs),
        _ => Enumerable.Empty<string>(),
    });

    private byte[] WithGraph(Message graph)
    {
        var model = new Message();
        foreach (ProtobufField field in _model.Where(field => field.Number != GraphField))
        {
            model.Add(field.Whole);
        }

        model.Add(GraphField, graph);
        byte[] bytes = new byte[model.Length];
        model.WriteTo(new MemoryStream(bytes));
        return bytes;
    }

    private IEnumerable<ProtobufField> Of(int number) => _graph.Where(field => field.Number == number);

    private static string NameOf(ProtobufField value) => value.Fields.First(field => field.Number == 1).Text;

    private static string WeightName(ProtobufField tensor) => tensor.Fields.First(field => field.Number == 8).Text;
}

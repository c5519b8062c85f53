using System.Globalization;

namespace BiGS.Onnx;

/// <summary>ONNX's messages by their field numbers, as <c>onnx.proto</c> gives them.</summary>
internal static class OnnxFields
{
    /// <summary>The operators' version: the first with LayerNormalization, and the last that tools of 2022 know.</summary>
    public const long OperatorSet = 17;

    /// <summary>Where ONNX Runtime has operators of its own.</summary>
    public const string ContribDomain = "com.microsoft";

    /// <summary>The file format's version that belongs to <see cref="OperatorSet"/>.</summary>
    private const long FormatVersion = 8;

    private const long External = 1;

    /// <param name="graph">What is computed.</param>
    /// <param name="facts">What else is to be known of it.</param>
    /// <param name="hasContribOperators">Whether some operators are ONNX Runtime's own.</param>
    public static Message Model(Message graph, IReadOnlyDictionary<string, string> facts, bool hasContribOperators)
    {
        Message model = new Message()
            .Add(1, FormatVersion)
            .Add(2, "BiGS for .NET")
            .Add(3, typeof(OnnxFields).Assembly.GetName().Version!.ToString(3))
            .Add(8, new Message().Add(1, "").Add(2, OperatorSet));
        if (hasContribOperators)
        {
            model.Add(8, new Message().Add(1, ContribDomain).Add(2, 1));
        }

        foreach ((string key, string value) in facts)
        {
            model.Add(14, new Message().Add(1, key).Add(2, value));
        }

        return model.Add(7, graph);
    }

    public static Message Graph(
        string name, IEnumerable<Message> nodes, IEnumerable<Message> weights, IEnumerable<Message> inputs, IEnumerable<Message> outputs)
    {
        var graph = new Message();
        void All(int field, IEnumerable<Message> messages)
        {
            foreach (Message message in messages)
            {
                graph.Add(field, message);
            }
        }

        All(1, nodes);
        graph.Add(2, name);
        All(5, weights);
        All(11, inputs);
        All(12, outputs);
        return graph;
    }

    public static Message Node(
        string operation, string domain, string name, IEnumerable<string> inputs, IEnumerable<string> outputs, IEnumerable<(string Name, object Value)> attributes)
    {
        var node = new Message();
        foreach (string input in inputs)
        {
            node.Add(1, input);
        }

        foreach (string output in outputs)
        {
            node.Add(2, output);
        }

        node.Add(3, name).Add(4, operation);
        if (domain.Length > 0)
        {
            node.Add(7, domain);
        }

        foreach ((string attribute, object value) in attributes)
        {
            node.Add(5, Attribute(attribute, value));
        }

        return node;
    }

    /// <summary>A tensor with its numbers.</summary>
    public static Message Tensor(string name, OnnxType type, long[] shape, long bytes, Action<Stream> write) => Tensor(name, type, shape).Add(9, bytes, write);

    /// <summary>A tensor whose numbers stand in another file.</summary>
    public static Message Tensor(string name, OnnxType type, long[] shape, string file, long offset, long bytes)
    {
        Message tensor = Tensor(name, type, shape);
        foreach ((string key, string value) in ((string, string)[])[("location", file), ("offset", $"{offset}"), ("length", $"{bytes}")])
        {
            tensor.Add(13, new Message().Add(1, key).Add(2, value));
        }

        return tensor.Add(14, External);
    }

    private static Message Tensor(string name, OnnxType type, long[] shape)
    {
        var tensor = new Message();
        foreach (long size in shape)
        {
            tensor.Add(1, size);
        }

        return tensor.Add(2, (long)type).Add(8, name);
    }

    /// <summary>A value of any shape.</summary>
    public static Message Value(string name, OnnxType type) => OfTensor(name, new Message().Add(1, (long)type));

    /// <summary>A value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="dimensions">Numbers, or names of dimensions of any size.</param>
    public static Message Value(string name, OnnxType type, string[] dimensions)
    {
        var shape = new Message();
        foreach (string dimension in dimensions)
        {
            shape.Add(1, long.TryParse(dimension, CultureInfo.InvariantCulture, out long size) ? new Message().Add(1, size) : new Message().Add(2, dimension));
        }

        return OfTensor(name, new Message().Add(1, (long)type).Add(2, shape));
    }

    private static Message OfTensor(string name, Message tensor) => new Message().Add(1, name).Add(2, new Message().Add(1, tensor));

    private static Message Attribute(string name, object value)
    {
        const int Kind = 20;
        Message attribute = new Message().Add(1, name);
        switch (value)
        {
            case float number:
                return attribute.Add(2, number).Add(Kind, 1);
            case long number:
                return attribute.Add(3, number).Add(Kind, 2);
            case string text:
                return attribute.Add(4, text).Add(Kind, 3);
            case Message graph:
                return attribute.Add(6, graph).Add(Kind, 5);
            case long[] numbers:
                foreach (long number in numbers)
                {
                    attribute.Add(8, number);
                }

                return attribute.Add(Kind, 7);
            default:
                throw new ArgumentException($"An attribute of the type {value.GetType().Name} has no place here.", nameof(value));
        }
    }
}

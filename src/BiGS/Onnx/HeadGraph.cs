using BiGS.Configuration;

namespace BiGS.Onnx;

/// <summary>A whole model as a graph: three inputs, the encoder, a head, and what it answers as outputs (<see cref="ModelOutputs"/>).</summary>
internal sealed class HeadGraph
{
    private readonly BiGSConfig _config;
    private readonly Layers _layers;
    private readonly LinearLayers _linear;
    private readonly IModelWeights _weights;
    private readonly Graph _graph = new();

    /// <param name="config">The model's shape.</param>
    /// <param name="head">One of <see cref="ModelHeads"/>.</param>
    /// <param name="weights">The weights that are written.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits.</param>
    public HeadGraph(BiGSConfig config, string head, IModelWeights weights, bool int8)
    {
        _config = config;
        _weights = weights;
        _linear = int8 ? new Int8LinearLayers(weights) : new Float32LinearLayers(weights);
        _layers = new Layers(config, weights, _linear);
        Write(head);
    }

    /// <inheritdoc cref="Graph.ToModel"/>
    public Message ToModel(string name, IReadOnlyDictionary<string, string> facts) => _graph.ToModel(name, facts);

    private void Write(string head)
    {
        bool choices = head == ModelHeads.MultipleChoice;
        string[] shape = choices ? ["batch", "choices", "sequence"] : ["batch", "sequence"];
        Value[] inputs = [.. ((string[])["input_ids", "attention_mask", "token_type_ids"]).Select(name => _graph.Input(name, OnnxType.Int64, shape))];
        Value count = choices ? _graph.Size(inputs[0], 1) : default;
        (Value ids, Value mask, Value types) = choices ? (Flat(inputs[0]), Flat(inputs[1]), Flat(inputs[2])) : (inputs[0], inputs[1], inputs[2]);
        var padding = new Padding(_graph, mask);
        Value last = _graph.Output( // (b, l, d)
            ModelOutputs.LastHiddenState, _layers.Encoded(_graph, ids, types, padding), choices ? "rows" : "batch", "sequence", $"{_config.HiddenSize}");
        switch (head)
        {
            case ModelHeads.Encoder:
                break;
            case ModelHeads.MaskedLM:
                _graph.Output(ModelOutputs.Logits, MaskedWords(_graph.In("cls"), last), "batch", "sequence", $"{_config.VocabSize}");
                break;
            case ModelHeads.SequenceClassification:
                _graph.Output(ModelOutputs.Logits, _linear.Dense(_graph, Pooled(last, padding), "classifier"), "batch", $"{_config.NumLabels}");
                break;
            case ModelHeads.MultipleChoice:
                Value scores = _linear.Dense(_graph, Pooled(last, padding, "rows"), "classifier"); // (b · choices, 1)
                _graph.Output(ModelOutputs.Logits, _graph.AddNode("Reshape", scores, _graph.AddNode("Concat", [_graph.Numbers(-1), count], ("axis", 0L))), "batch", "choices");
                break;
            case ModelHeads.TokenClassification:
                _graph.Output(ModelOutputs.Logits, _linear.Dense(_graph, last, "classifier"), "batch", "sequence", $"{_config.NumLabels}");
                break;
            case ModelHeads.Embedding:
                _graph.Output(ModelOutputs.SentenceEmbedding, MeanOverText(_graph, last, padding), "batch", $"{_config.HiddenSize}");
                break;
            case ModelHeads.QuestionAnswering:
                Value[] both = _graph.AddNode("Split", [_linear.Dense(_graph, last, "qa_outputs")], 2, ("axis", -1L), ("num_outputs", 2L));
                _graph.Output(ModelOutputs.StartLogits, _graph.AddNode("Squeeze", both[0], _graph.Numbers(-1)), "batch", "sequence");
                _graph.Output(ModelOutputs.EndLogits, _graph.AddNode("Squeeze", both[1], _graph.Numbers(-1)), "batch", "sequence");
                break;
            default:
                throw new ArgumentException($"A \"{head}\" is not written as ONNX; \"architectures\" in config.json can be one of {string.Join(", ", ModelHeads.All)}.", nameof(head));
        }
    }

    private Value Flat(Value x) => _graph.AddNode("Reshape", x, _graph.AddNode("Concat", [_graph.Numbers(-1), _graph.Size(x, 2)], ("axis", 0L))); // (b · choices, l)

    private Value MaskedWords(Graph graph, Value last)
    {
        const string Here = "cls.predictions.";
        Value transformed = _layers.Norm(graph, graph.Gelu(_linear.Dense(graph, last, $"{Here}transform.dense")), $"{Here}transform.LayerNorm");
        return graph.Plus(_linear.Decoded(graph, transformed, "bigs.embeddings.word_embeddings.weight"), graph.Weight(_weights, $"{Here}bias"));
    }

    private Value Pooled(Value last, Padding padding, string rows = "batch")
    {
        Graph here = _graph.In("pooler");
        Value axis = here.Numbers(1);
        Value summary = _config.PoolerType switch
        {
            PoolerType.Cls => here.AddNode("Squeeze", here.First(last, here.Numbers(1), axis: 1), axis),
            PoolerType.Mean => here.AddNode("ReduceMean", [last, axis], ("keepdims", 0L)),
            _ => MeanOverText(here, last, padding),
        };
        Value pooled = here.AddNode("Tanh", _linear.Dense(here, summary, "bigs.pooler.dense")); // (b, d)
        _graph.Output(ModelOutputs.PoolerOutput, pooled, rows, $"{_config.HiddenSize}");
        return pooled;
    }

    private static Value MeanOverText(Graph here, Value last, Padding padding)
    {
        Value axis = here.Numbers(1);
        Value Sum(Value x) => here.AddNode("ReduceSum", [x, axis], ("keepdims", 0L));
        return here.AddNode("Div", Sum(here.Times(last, padding.Keep)), Sum(padding.Keep)); // (b, d)
    }
}

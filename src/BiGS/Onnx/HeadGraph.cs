using BiGS.Models;

namespace BiGS.Onnx;

/// <summary>A whole model as a graph: three inputs, the encoder, a head, and what <c>bigs forward</c> writes of it as outputs, under the same names.</summary>
internal sealed class HeadGraph
{
    private readonly BiGSConfig _config;
    private readonly Layers _layers;
    private readonly Products _products;
    private readonly ModelWeights _weights;
    private readonly Graph _graph = new();

    /// <param name="model">Whose weights are written.</param>
    /// <param name="head">As <c>architectures</c> names it.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits.</param>
    public HeadGraph(HeadedModel model, string head, bool int8)
    {
        _config = model.Config;
        _weights = new ModelWeights(model);
        _products = int8 ? new Int8Products(_weights) : new SingleProducts(_weights);
        _layers = new Layers(_config, _weights, _products);
        Write(head);
    }

    /// <inheritdoc cref="Graph.ToModel"/>
    public Message ToModel(string name, IReadOnlyDictionary<string, string> facts) => _graph.ToModel(name, facts);

    private void Write(string head)
    {
        bool choices = head == "BiGSForMultipleChoice";
        string[] shape = choices ? ["batch", "choices", "sequence"] : ["batch", "sequence"];
        Value[] inputs = [.. ((string[])["input_ids", "attention_mask", "token_type_ids"]).Select(name => _graph.Input(name, ElementType.Int64, shape))];
        Value count = choices ? _graph.Size(inputs[0], 1) : default;
        (Value ids, Value mask, Value types) = choices ? (Flat(inputs[0]), Flat(inputs[1]), Flat(inputs[2])) : (inputs[0], inputs[1], inputs[2]);
        var padding = new Padding(_graph, mask);
        Value last = _graph.Output( // (b, l, d)
            "last_hidden_state", _layers.Encoded(_graph, ids, types, padding), choices ? "rows" : "batch", "sequence", $"{_config.HiddenSize}");
        switch (head)
        {
            case OnnxExport.BareEncoder:
                break;
            case "BiGSForMaskedLM":
                _graph.Output("logits", MaskedWords(_graph.In("cls"), last), "batch", "sequence", $"{_config.VocabSize}");
                break;
            case "BiGSForSequenceClassification":
                _graph.Output("logits", _products.Dense(_graph, Pooled(last, padding), "classifier"), "batch", $"{_config.NumLabels}");
                break;
            case "BiGSForMultipleChoice":
                Value scores = _products.Dense(_graph, Pooled(last, padding, "rows"), "classifier"); // (b · choices, 1)
                _graph.Output("logits", _graph.Do("Reshape", scores, _graph.Do("Concat", [_graph.Numbers(-1), count], ("axis", 0L))), "batch", "choices");
                break;
            case "BiGSForTokenClassification":
                _graph.Output("logits", _products.Dense(_graph, last, "classifier"), "batch", "sequence", $"{_config.NumLabels}");
                break;
            case nameof(BiGSForEmbedding):
                _graph.Output(BiGSForEmbedding.Result, MeanOverText(_graph, last, padding), "batch", $"{_config.HiddenSize}");
                break;
            case "BiGSForQuestionAnswering":
                Value[] both = _graph.Do("Split", [_products.Dense(_graph, last, "qa_outputs")], 2, ("axis", -1L), ("num_outputs", 2L));
                _graph.Output("start_logits", _graph.Do("Squeeze", both[0], _graph.Numbers(-1)), "batch", "sequence");
                _graph.Output("end_logits", _graph.Do("Squeeze", both[1], _graph.Numbers(-1)), "batch", "sequence");
                break;
            default:
                throw new ArgumentException($"A {head} is not written as ONNX; the heads are those that bigs finetune and bigs pretrain leave.", nameof(head));
        }
    }

    private Value Flat(Value x) => _graph.Do("Reshape", x, _graph.Do("Concat", [_graph.Numbers(-1), _graph.Size(x, 2)], ("axis", 0L))); // (b · choices, l)

    private Value MaskedWords(Graph graph, Value last)
    {
        const string Here = "cls.predictions.";
        Value transformed = _layers.Norm(graph, graph.Gelu(_products.Dense(graph, last, $"{Here}transform.dense")), $"{Here}transform.LayerNorm");
        return graph.Plus(_products.Decoded(graph, transformed, "bigs.embeddings.word_embeddings.weight"), _weights.In(graph, $"{Here}bias"));
    }

    private Value Pooled(Value last, Padding padding, string rows = "batch")
    {
        Graph here = _graph.In("pooler");
        Value axis = here.Numbers(1);
        Value summary = _config.PoolerType switch
        {
            PoolerType.Cls => here.Do("Squeeze", here.First(last, here.Numbers(1), axis: 1), axis),
            PoolerType.Mean => here.Do("ReduceMean", [last, axis], ("keepdims", 0L)),
            _ => MeanOverText(here, last, padding),
        };
        Value pooled = here.Do("Tanh", _products.Dense(here, summary, "bigs.pooler.dense")); // (b, d)
        _graph.Output("pooler_output", pooled, rows, $"{_config.HiddenSize}");
        return pooled;
    }

    private static Value MeanOverText(Graph here, Value last, Padding padding)
    {
        Value axis = here.Numbers(1);
        Value Sum(Value x) => here.Do("ReduceSum", [x, axis], ("keepdims", 0L));
        return here.Do("Div", Sum(here.Times(last, padding.Keep)), Sum(padding.Keep)); // (b, d)
    }
}

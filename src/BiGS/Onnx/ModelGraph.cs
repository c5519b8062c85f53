using BiGS.Configuration;
using BiGS.SentenceTransformers;

namespace BiGS.Onnx;

/// <summary>
/// A model as a graph: three inputs, the encoder, a head, and what it answers as outputs (<see cref="ModelOutputs"/>). Written whole, as a file for anyone; or the
/// encoder and the head apart, as a session holds them, which computes a head only where someone asks, on as many positions as they ask for.
/// </summary>
internal sealed class ModelGraph
{
    private const string Mask = "attention_mask";

    private readonly BiGSConfig _config;
    private readonly string _head;
    private readonly Layers _layers;
    private readonly LinearLayers _linear;
    private readonly IModelWeights _weights;
    private readonly Graph _graph = new();

    private ModelGraph(ConfigFile config, IModelWeights weights, LinearLayers linear)
    {
        _config = config.Config;
        _head = config.Architecture;
        _weights = weights;
        _linear = linear;
        _layers = new Layers(_config, weights, linear);
    }

    private bool HasChoices => _head == ModelHeads.MultipleChoice;

    /// <summary>Whether the head makes one answer of a whole row, and so needs to know which positions hold text.</summary>
    private bool ReadsMask => _head is ModelHeads.SequenceClassification or ModelHeads.MultipleChoice;

    /// <summary>Inputs, encoder and head.</summary>
    /// <param name="config">The model's shape, and its head: one of <see cref="ModelHeads"/>.</param>
    /// <param name="weights">The weights that are written.</param>
    /// <param name="linear">How large matrices are multiplied.</param>
    /// <param name="pooling">How hidden states become the vector of a text, where the model makes some; null for no such output.</param>
    public static Graph Whole(ConfigFile config, IModelWeights weights, LinearLayers linear, SentencePooling? pooling)
    {
        var model = new ModelGraph(config, weights, linear);
        (Value last, Value mask) = model.Encode();
        model.AddHead(last, mask);
        if (pooling is not null)
        {
            Value vector = new PoolingGraph(model._graph.In("pooling"), last, mask).Vector(pooling);
            model._graph.Output(ModelOutputs.SentenceEmbedding, vector, "batch", $"{pooling.Width(config.Config.HiddenSize)}");
        }

        return model._graph;
    }

    /// <summary>Inputs and encoder.</summary>
    /// <inheritdoc cref="Whole" path="/param"/>
    public static Graph Encoder(ConfigFile config, IModelWeights weights, LinearLayers linear)
    {
        var model = new ModelGraph(config, weights, linear);
        model.Encode();
        return model._graph;
    }

    /// <summary>The head by itself: its inputs are the encoder's answer and, where it makes one answer of a row, the mask.</summary>
    /// <inheritdoc cref="Whole" path="/param"/>
    public static Graph Head(ConfigFile config, IModelWeights weights, LinearLayers linear)
    {
        var model = new ModelGraph(config, weights, linear);
        Value last = model._graph.Input(ModelOutputs.LastHiddenState, OnnxType.Float, "rows", "positions", $"{model._config.HiddenSize}");
        model.AddHead(last, model.ReadsMask ? model.TokenInput(Mask) : default);
        return model._graph;
    }

    private Value TokenInput(string name) => _graph.Input(name, OnnxType.Int64, HasChoices ? ["batch", "choices", "sequence"] : ["batch", "sequence"]);

    /// <summary>The last hidden states, (b, l, d), and the mask.</summary>
    private (Value Last, Value Mask) Encode()
    {
        (Value ids, Value mask, Value types) = (TokenInput("input_ids"), TokenInput(Mask), TokenInput("token_type_ids"));
        Value last = _layers.Encoded(_graph, Flat(ids), Flat(types), new Padding(_graph, Flat(mask)));
        return (_graph.Output(ModelOutputs.LastHiddenState, last, HasChoices ? "rows" : "batch", "sequence", $"{_config.HiddenSize}"), mask);
    }

    private void AddHead(Value last, Value mask)
    {
        switch (_head)
        {
            case ModelHeads.Encoder or ModelHeads.Embedding: // pooling is no head
                break;
            case ModelHeads.MaskedLM:
                _graph.Output(ModelOutputs.Logits, MaskedWords(_graph.In("cls"), last), "batch", "sequence", $"{_config.VocabSize}");
                break;
            case ModelHeads.SequenceClassification:
                _graph.Output(ModelOutputs.Logits, _linear.Dense(_graph, Pooled(last, mask), "classifier"), "batch", $"{_config.NumLabels}");
                break;
            case ModelHeads.MultipleChoice:
                Value scores = _linear.Dense(_graph, Pooled(last, mask), "classifier"); // (b · choices, 1)
                _graph.Output(ModelOutputs.Logits, _graph.AddNode("Reshape", scores, _graph.Joined(0, [_graph.Numbers(-1), _graph.Size(mask, 1)])), "batch", "choices");
                break;
            case ModelHeads.TokenClassification:
                _graph.Output(ModelOutputs.Logits, _linear.Dense(_graph, last, "classifier"), "batch", "sequence", $"{_config.NumLabels}");
                break;
            case ModelHeads.QuestionAnswering:
                Value[] both = _graph.AddNode("Split", [_linear.Dense(_graph, last, "qa_outputs")], 2, ("axis", -1L));
                _graph.Output(ModelOutputs.StartLogits, _graph.AddNode("Squeeze", both[0], _graph.Numbers(-1)), "batch", "sequence");
                _graph.Output(ModelOutputs.EndLogits, _graph.AddNode("Squeeze", both[1], _graph.Numbers(-1)), "batch", "sequence");
                break;
            default:
                throw new ArgumentException($"A \"{_head}\" is not written as ONNX; \"architectures\" in config.json can be one of {string.Join(", ", ModelHeads.All)}.", nameof(last));
        }
    }

    /// <summary>Rows of choices as rows: (b · choices, l).</summary>
    private Value Flat(Value x) => HasChoices ? _graph.AddNode("Reshape", x, _graph.Joined(0, [_graph.Numbers(-1), _graph.Size(x, 2)])) : x;

    private Value MaskedWords(Graph graph, Value last)
    {
        const string Here = "cls.predictions.";
        Value transformed = _layers.Norm(graph, graph.Gelu(_linear.Dense(graph, last, $"{Here}transform.dense")), $"{Here}transform.LayerNorm");
        return _linear.Decoded(graph, transformed, "bigs.embeddings.word_embeddings.weight", graph.Weight(_weights, $"{Here}bias"));
    }

    private Value Pooled(Value last, Value mask)
    {
        Graph here = _graph.In("pooler");
        Value axis = here.Numbers(1);
        Value summary = _config.PoolerType switch
        {
            PoolerType.Cls => here.AddNode("Squeeze", here.First(last, here.Numbers(1), axis: 1), axis),
            PoolerType.Mean => here.AddNode("ReduceMean", [last], ("axes", new long[] { 1 }), ("keepdims", 0L)),
            _ => new PoolingGraph(here, last, Flat(mask)).Mean(),
        };
        Value dense = _linear.Dense(here, summary, "bigs.pooler.dense");
        Value pooled = _config.PoolerAct switch // (b, d)
        {
            PoolerActivation.Relu => here.AddNode("Relu", dense),
            PoolerActivation.Gelu => here.Gelu(dense),
            _ => here.AddNode("Tanh", dense),
        };
        _graph.Output(ModelOutputs.PoolerOutput, pooled, HasChoices ? "rows" : "batch", $"{_config.HiddenSize}");
        return pooled;
    }
}

using BiGS.Configuration;

namespace BiGS.Onnx;

/// <summary>Multi-head self-attention: softmax(Q Kᵀ / √(d/h)) V, then one dense; padding is never looked at.</summary>
internal sealed class AttentionRouting(BiGSConfig config, LinearLayers linear, Padding padding) : IRouting
{
    /// <inheritdoc/>
    public Value Route(Graph graph, Value X, string name)
    {
        Graph here = graph.In("attention");
        long perHead = config.HiddenSize / config.NumAttentionHeads;
        Value ByHead(string part, params long[] order) => here.Transposed(
            here.Reshaped(linear.Dense(here, X, $"{name}attention.{part}"), 0, 0, config.NumAttentionHeads, perHead), order);

        Value Q = ByHead("query", 0, 2, 1, 3); // (b, h, l, d/h)
        Value K = ByHead("key", 0, 2, 3, 1); // (b, h, d/h, l)
        Value V = ByHead("value", 0, 2, 1, 3); // (b, h, l, d/h)
        Value scores = here.Times(here.Product(Q, K), here.Number((float)(1 / Math.Sqrt(perHead)))); // (b, h, l, l)
        Value seen = here.AddNode("Softmax", [here.Plus(scores, padding.Unseen(here))], ("axis", -1L));
        Value mixed = here.Reshaped(here.Transposed(here.Product(seen, V), 0, 2, 1, 3), 0, 0, config.HiddenSize); // (b, l, d)
        return linear.Dense(here, mixed, $"{name}attention.output");
    }
}

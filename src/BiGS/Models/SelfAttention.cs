using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Models;

/// <summary>Routing by multi-head self-attention: softmax(Q Kᵀ / √(d/h)) V, then one dense; padding is never looked at.</summary>
public sealed class SelfAttention : Filler
{
    private readonly Attention _attention;

    public SelfAttention(BiGSConfig config) => _attention = new Attention(config);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, nn.Module Module)> Components => [("attention", _attention)];

    /// <inheritdoc/>
    public override IReadOnlyList<Dense> Inputs => _attention.Inputs;

    /// <inheritdoc/>
    public override Tensor Route(ReadOnlySpan<Tensor> inputs, PaddingMask? padding) =>
        _attention.Mix(inputs[0], inputs[1], inputs[2], padding);

    private sealed class Attention : nn.Module
    {
        private readonly int _heads;
        private readonly double _dropout;

        [ComponentName(Name = "query")]
        private readonly Dense _query;

        [ComponentName(Name = "key")]
        private readonly Dense _key;

        [ComponentName(Name = "value")]
        private readonly Dense _value;

        [ComponentName(Name = "output")]
        private readonly Dense _output;

        public Attention(BiGSConfig config)
            : base(nameof(Attention))
        {
            int d = config.HiddenSize;
            _heads = config.NumAttentionHeads;
            _dropout = config.AttentionProbsDropoutProb;
            _query = new Dense(d, d);
            _key = new Dense(d, d);
            _value = new Dense(d, d);
            _output = new Dense(d, d);
            RegisterComponents();
        }

        public IReadOnlyList<Dense> Inputs => [_query, _key, _value];

        public Tensor Mix(Tensor Q, Tensor K, Tensor V, PaddingMask? padding)
        {
            Tensor mixed = nn.functional.scaled_dot_product_attention(
                ByHead(Q), ByHead(K), ByHead(V), padding?.Attend, training ? _dropout : 0); // (b, h, l, d/h)
            return _output.forward(mixed.permute(2, 0, 1, 3).reshape(Q.shape)); // (l, b, d)
        }

        private Tensor ByHead(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).permute(1, 2, 0, 3); // (b, h, l, d/h)
    }
}

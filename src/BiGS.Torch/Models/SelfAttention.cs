using BiGS.Configuration;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>Routing by multi-head self-attention: softmax(Q Kᵀ / √(d/h)) V, then one dense; padding is never looked at.</summary>
public sealed class SelfAttention : SequenceMixer
{
    private readonly Attention _attention;

    public SelfAttention(BiGSConfig config) => _attention = new Attention(config);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, nn.Module Module)> Components => [("attention", _attention)];

    /// <inheritdoc/>
    public override Tensor Route(Tensor X, PaddingMask? padding) => _attention.forward(X, padding);

    private sealed class Attention : nn.Module<Tensor, PaddingMask?, Tensor>
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

        public override Tensor forward(Tensor X, PaddingMask? padding)
        {
            Tensor mixed = nn.functional.scaled_dot_product_attention(
                ByHead(_query.forward(X)), ByHead(_key.forward(X)), ByHead(_value.forward(X)), padding?.KeyMask, training ? _dropout : 0); // (b, h, l, d/h)
            return _output.forward(mixed.permute(2, 0, 1, 3).reshape(X.shape)); // (l, b, d)
        }

        private Tensor ByHead(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).permute(1, 2, 0, 3); // (b, h, l, d/h)
    }
}

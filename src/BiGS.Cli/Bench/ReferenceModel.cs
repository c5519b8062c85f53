using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>The authors' masked language model around <see cref="ReferenceLayer"/>: logits at every position, the decoder tied to the word table.</summary>
internal sealed class ReferenceModel : nn.Module<Tensor, Tensor>
{
    private static readonly Scalar One = 1;

    private readonly Embedding _words;
    private readonly Embedding _positions;
    private readonly LayerNorm _embeddingNorm;
    private readonly ModuleList<ReferenceLayer> _layers;
    private readonly Linear _transform;
    private readonly LayerNorm _transformNorm;
    private readonly Parameter _bias;

    public ReferenceModel(int d, int stateSize, int layers, int words, int positions)
        : base(nameof(ReferenceModel))
    {
        _words = nn.Embedding(words, d);
        _positions = nn.Embedding(positions, d);
        _embeddingNorm = nn.LayerNorm(d, 1e-12);
        _layers = new ModuleList<ReferenceLayer>([.. Enumerable.Range(0, layers).Select(_ => new ReferenceLayer(d, stateSize))]);
        _transform = nn.Linear(d, d);
        _transformNorm = nn.LayerNorm(d, 1e-12);
        _bias = new Parameter(zeros(words));
        RegisterComponents();
    }

    /// <param name="ids">(b, l).</param>
    /// <returns>(b, l, d).</returns>
    public Tensor Encode(Tensor ids)
    {
        using var scope = NewDisposeScope();
        Tensor x = _embeddingNorm.forward(_words.forward(ids).add(_positions.weight!.narrow(0, 0, ids.shape[1]), One));
        foreach (ReferenceLayer layer in _layers)
        {
            x = layer.forward(x);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <param name="ids">(b, l).</param>
    /// <returns>(b, l, v).</returns>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        Tensor hidden = _transformNorm.forward(nn.functional.gelu(_transform.forward(Encode(ids))));
        return nn.functional.linear(hidden, _words.weight!, _bias).MoveToOuterDisposeScope();
    }
}

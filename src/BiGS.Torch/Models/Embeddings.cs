using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>
/// Word (+ token-type, + learned absolute position) embeddings of width e, LayerNorm, dropout. Looking up [PAD] gives its row no gradient,
/// as in the authors' code.
/// </summary>
internal sealed class Embeddings : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly int _maxPositions;
    private readonly double _dropout;

    [ComponentName(Name = "word_embeddings")]
    private readonly Embedding _word;

    [ComponentName(Name = "token_type_embeddings")]
    private readonly Embedding? _tokenType;

    [ComponentName(Name = "position_embeddings")]
    private readonly Embedding? _position;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _layerNorm;

    public Embeddings(BiGSConfig config)
        : base(nameof(Embeddings))
    {
        int e = config.EmbeddingWidth();
        _maxPositions = config.MaxPositionEmbeddings;
        _dropout = config.HiddenDropoutProb;
        _word = Table(config.VocabSize, e, config.PadTokenId);
        _tokenType = config.TypeVocabSize > 0 ? Table(config.TypeVocabSize, e) : null;
        _position = config.PositionEmbeddingType == PositionEmbedding.Absolute
            ? Table(config.MaxPositionEmbeddings, e)
            : null;
        _layerNorm = nn.LayerNorm(e, config.LayerNormEps);
        RegisterComponents();
    }

    /// <summary>The table that the masked-word decoder shares: (v, e).</summary>
    public Parameter WordTable => _word.weight!;

    /// <param name="inputIds">(b, l).</param>
    /// <param name="tokenTypeIds">(b, l), or null for type 0 everywhere.</param>
    /// <returns>(l, b, e): position first, as the encoder works.</returns>
    /// <exception cref="ArgumentException">The row is longer than the position table.</exception>
    public override Tensor forward(Tensor inputIds, Tensor? tokenTypeIds)
    {
        using var scope = NewDisposeScope();
        long length = inputIds.shape[1];
        Tensor x = _word.forward(inputIds.t()); // (l, b, e)
        if (_tokenType is not null)
        {
            x = x.Plus(tokenTypeIds is null ? _tokenType.weight!.narrow(0, 0, 1) : _tokenType.forward(tokenTypeIds.t()));
        }

        if (_position is not null)
        {
            if (length > _maxPositions)
            {
                throw new ArgumentException(
                    $"The sequence has {length} tokens, but the model has {_maxPositions} positions; "
                    + "truncate the text, split it, or extend the model's position table.");
            }

            x = x.Plus(_position.weight!.narrow(0, 0, length).unsqueeze(1));
        }

        x = _layerNorm.forward(x);
        return (_dropout > 0 ? nn.functional.dropout(x, _dropout, training) : x).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A table of zeros. The module is made with as few rows as it allows (on the meta device too it first draws every row), and gets its table then.
    /// </summary>
    private static Embedding Table(int rows, int d, int? padding = null)
    {
        Embedding table = nn.Embedding((padding ?? 0) + 1, d, padding_idx: padding);
        table.weight = new Parameter(zeros(rows, d));
        return table;
    }
}

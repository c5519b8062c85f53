namespace BiGS.Configuration;

/// <summary>What surrounds the routing: BERT's two residual steps, or one gated block (paper.md §3).</summary>
public enum Architecture
{
    Gated,
    Stack,
}

/// <summary>What moves information between positions: state-space models whose kernels are the same for every text, attention, or state-space models whose steps,
/// inputs and outputs depend on the text (Hydra; Hwang, Lahoti, Dao, Gu 2024).</summary>
public enum Routing
{
    Ssm,
    Attention,
    Hydra,
}

/// <summary>How the forward and the backward SSM become one (paper.md §3).</summary>
public enum Merge
{
    Multiply,
    Add,
    Concat,
}

/// <summary>Which GELU stands inside the layers: the exact one (erf) or the tanh approximation of the JAX original.</summary>
public enum LayerActivation
{
    Gelu,
    GeluTanh,
}

/// <summary>Where positions come from besides the SSM itself.</summary>
public enum PositionEmbedding
{
    Absolute,
    None,
}

/// <summary>The rule that samples the continuous system.</summary>
public enum DiscretizationRule
{
    Zoh,
    Bilinear,
}

/// <summary>The initial eigenvalues of A.</summary>
public enum Scaling
{
    Hippo,
    Lin,
    Inv,
}

/// <summary>What the pooler looks at: the mean over text, the mean over everything, or the first token (Hugging Face's BERT).</summary>
public enum PoolerType
{
    NonPaddingMean,
    Mean,
    Cls,
}

/// <summary>What the pooler ends with: tanh in BERT and in this family, ReLU in DistilBERT, GELU in ELECTRA.</summary>
public enum PoolerActivation
{
    Tanh,
    Relu,
    Gelu,
}

/// <summary>
/// The shape of a model. Names are Hugging Face's; defaults are those of a new model, which differ from the authors' in
/// one point: padding is masked, so that an answer never depends on how far a row was padded.
/// </summary>
public sealed record BiGSConfig
{
    public int VocabSize { get; init; } = 30522;

    /// <summary>d.</summary>
    public int HiddenSize { get; init; } = 1024;

    /// <summary>e, the width of the embeddings, from which a dense layer leads to d where the two differ (ELECTRA); null for d.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>e.</summary>
    public int EmbeddingWidth() => EmbeddingSize ?? HiddenSize;

    public int NumHiddenLayers { get; init; } = 23;

    /// <summary>i: 3d in a gated block, 4d in a stack (4.5 d for equal size at equal depth).</summary>
    public int IntermediateSize { get; init; } = 3072;

    public int MaxPositionEmbeddings { get; init; } = 128;

    /// <summary>How many kinds of tokens there are, such as those of a first and of a second text; 0 where a model does not tell them apart.</summary>
    public int TypeVocabSize { get; init; } = 2;

    public int PadTokenId { get; init; }

    public Architecture Architecture { get; init; } = Architecture.Gated;

    public Routing Routing { get; init; } = Routing.Ssm;

    public Merge Merge { get; init; } = Merge.Multiply;

    /// <summary>N, complex states of one kernel, or real ones of a Hydra head (the file says <c>num_ssm</c>).</summary>
    public int StateSize { get; init; } = 64;

    /// <summary>m, kernels that share the channels out among themselves (1 in the paper), or heads of a Hydra mixer.</summary>
    public int NumSsmHeads { get; init; } = 1;

    public Scaling Scaling { get; init; } = Scaling.Hippo;

    public DiscretizationRule Discretization { get; init; } = DiscretizationRule.Zoh;

    public int NumAttentionHeads { get; init; } = 16;

    public bool PreNorm { get; init; } = true;

    public LayerActivation LayerAct { get; init; } = LayerActivation.Gelu;

    /// <summary>True: inputs of the SSMs are zero at padding, and padding changes nothing. False: as the authors' encoder does.</summary>
    public bool MaskPadding { get; init; } = true;

    /// <summary>
    /// Whether padding changes answers: such a model answers as it was trained only when every row is padded to the same length
    /// (paper.md §3). Attention leaves padding out by itself, and so does Hydra.
    /// </summary>
    public bool PaddingAffectsOutput() => Routing == Routing.Ssm && !MaskPadding;

    /// <summary>The most tokens that a row may have: without positions, and where padding means nothing, any number.</summary>
    public int MaxInputLength() => PositionEmbeddingType == PositionEmbedding.Absolute || PaddingAffectsOutput() ? MaxPositionEmbeddings : int.MaxValue;

    /// <summary>The same, as files say it: null for any number.</summary>
    internal int? LengthLimit() => MaxInputLength() is var longest && longest < int.MaxValue ? longest : null;

    public PositionEmbedding PositionEmbeddingType { get; init; } = PositionEmbedding.Absolute;

    public PoolerType PoolerType { get; init; } = PoolerType.NonPaddingMean;

    public PoolerActivation PoolerAct { get; init; } = PoolerActivation.Tanh;

    /// <summary>On the embeddings, and before a classifier unless <see cref="ClassifierDropout"/> says otherwise.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    public double? ClassifierDropout { get; init; }

    /// <summary>Behind the two halves of a block: 0 in this family, Hugging Face BERT's <c>hidden_dropout_prob</c> in its checkpoints.</summary>
    public double BlockDropoutProb { get; init; }

    public double AttentionProbsDropoutProb { get; init; }

    public double LayerNormEps { get; init; } = 1e-12;

    public double InitializerRange { get; init; } = 0.02;

    public int NumLabels { get; init; } = 2;

    /// <summary>Checks that the sizes fit each other.</summary>
    /// <exception cref="ArgumentException">Names the first that does not.</exception>
    public BiGSConfig Validate()
    {
        Require(VocabSize > 0 && HiddenSize > 0 && EmbeddingWidth() > 0 && NumHiddenLayers > 0 && IntermediateSize > 0 && MaxPositionEmbeddings > 0 && StateSize > 0, "sizes must be positive");
        Require(TypeVocabSize >= 0, $"type_vocab_size is {TypeVocabSize}; it must be at least 0");
        Require(PadTokenId >= 0 && PadTokenId < VocabSize, $"pad_token_id {PadTokenId} is not below vocab_size {VocabSize}");
        Require(
            Routing != Routing.Attention || (NumAttentionHeads > 0 && HiddenSize % NumAttentionHeads == 0),
            $"hidden_size {HiddenSize} is not divisible by num_attention_heads {NumAttentionHeads}");
        Require(
            Routing != Routing.Ssm || (NumSsmHeads > 0 && HiddenSize % NumSsmHeads == 0),
            $"hidden_size {HiddenSize} is not divisible by num_ssm_heads {NumSsmHeads}");
        Require(
            Routing != Routing.Hydra || (NumSsmHeads > 0 && HydraShape.Of(this).HeadWidth > 0),
            $"hidden_size {HiddenSize} is too small for {NumSsmHeads} heads (num_ssm_heads) of {StateSize} states (num_ssm)");
        Require(NumLabels > 0, $"num_labels is {NumLabels}; it must be at least 1");
        Require(IsProbability(HiddenDropoutProb), $"hidden_dropout_prob is {HiddenDropoutProb}; it must lie in [0, 1)");
        Require(IsProbability(ClassifierDropout ?? 0), $"classifier_dropout is {ClassifierDropout}; it must lie in [0, 1)");
        Require(IsProbability(BlockDropoutProb), $"block_dropout_prob is {BlockDropoutProb}; it must lie in [0, 1)");
        Require(IsProbability(AttentionProbsDropoutProb), $"attention_probs_dropout_prob is {AttentionProbsDropoutProb}; it must lie in [0, 1)");
        return this;
    }

    private static bool IsProbability(double p) => p is >= 0 and < 1;

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"The model's configuration does not fit together: {otherwise}.");
        }
    }
}

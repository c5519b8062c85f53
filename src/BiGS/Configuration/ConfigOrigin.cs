namespace BiGS.Configuration;

/// <summary>Whose behaviour a configuration means where a key is absent.</summary>
internal enum ConfigOrigin
{
    /// <summary>A new model: padding is masked.</summary>
    Native,

    /// <summary>A checkpoint of the authors' PyTorch code: pads are seen by the encoder, exact GELU everywhere.</summary>
    AuthorsPyTorch,

    /// <summary>A checkpoint of the authors' JAX code: as PyTorch, but tanh GELU inside the layers.</summary>
    AuthorsFlax,
}

internal static class ConfigOrigins
{
    public static BiGSConfig Defaults(this ConfigOrigin origin) => origin switch
    {
        ConfigOrigin.Native => new BiGSConfig(),
        ConfigOrigin.AuthorsPyTorch => Authors,
        _ => Authors with { LayerAct = LayerActivation.GeluTanh },
    };

    /// <summary>The sizes that the authors' configuration class starts from.</summary>
    private static BiGSConfig Authors => new()
    {
        HiddenSize = 768,
        NumHiddenLayers = 24,
        MaxPositionEmbeddings = 512,
        MaskPadding = false,
    };

    /// <summary>What Hugging Face's BERT means where its config.json is silent: STACK × attention, post-norm.</summary>
    public static BiGSConfig Bert => new()
    {
        HiddenSize = 768,
        NumHiddenLayers = 12,
        IntermediateSize = 3072,
        NumAttentionHeads = 12,
        MaxPositionEmbeddings = 512,
        Architecture = Architecture.Stack,
        Routing = Routing.Attention,
        PreNorm = false,
        PoolerType = PoolerType.Cls,
        BlockDropoutProb = 0.1,
        AttentionProbsDropoutProb = 0.1,
    };
}

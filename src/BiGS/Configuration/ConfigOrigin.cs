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
}

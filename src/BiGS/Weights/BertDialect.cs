namespace BiGS.Weights;

/// <summary>
/// Hugging Face's BERT read as STACK × attention, post-norm: its defaults where config.json is silent, and its names for our weights, with
/// <c>bert.</c> before them or, of an encoder by itself, without.
/// </summary>
internal static class BertDialect
{
    private static readonly (string Theirs, string Ours)[] Parts =
    [
        (".attention.self.", ".attention."),
        (".attention.output.dense.", ".attention.output."),
        (".attention.output.LayerNorm.", ".LayerNorm."),
        (".intermediate.dense.", ".intermediate."),
        (".output.dense.", ".output."),
        (".output.LayerNorm.", ".output_LayerNorm."),
    ];

    /// <summary>What an encoder that was saved without a head begins its names with.</summary>
    private static readonly string[] BareParts = ["embeddings.", "encoder.", "pooler."];

    /// <summary>Our name of a weight that a BERT file holds; names of other dialects stay as they are.</summary>
    public static string Rename(string key)
    {
        key = key.Replace(".LayerNorm.gamma", ".LayerNorm.weight", StringComparison.Ordinal).Replace(".LayerNorm.beta", ".LayerNorm.bias", StringComparison.Ordinal);
        string? ofEncoder = key.StartsWith("bert.", StringComparison.Ordinal) ? key["bert.".Length..]
            : BareParts.Any(part => key.StartsWith(part, StringComparison.Ordinal)) ? key
            : null;
        if (ofEncoder is null)
        {
            return key;
        }

        string renamed = "bigs." + ofEncoder;
        if (renamed.StartsWith("bigs.encoder.layer.", StringComparison.Ordinal))
        {
            foreach ((string theirs, string ours) in Parts)
            {
                if (renamed.Contains(theirs, StringComparison.Ordinal))
                {
                    return renamed.Replace(theirs, ours, StringComparison.Ordinal);
                }
            }
        }

        return renamed;
    }
}

namespace BiGS.Configuration;

/// <summary>Hugging Face's BERT. Its weights begin with <c>bert.</c>, or, of an encoder that was saved by itself, with <c>embeddings.</c> and so on.</summary>
internal class BertDialect : Dialect
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

    public override string ModelType => "bert";

    public override string ClassPrefix => "Bert";

    /// <summary>What it pretrains by, or writes with, guesses words too.</summary>
    public override IReadOnlyDictionary<string, string> Heads =>
        new Dictionary<string, string>(base.Heads) { ["ForPreTraining"] = ModelHeads.MaskedLM, ["LMHeadModel"] = ModelHeads.MaskedLM };

    public override string? Rename(string name)
    {
        string prefix = ModelType + ".";
        string? ofEncoder = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..]
            : BareParts.Any(part => name.StartsWith(part, StringComparison.Ordinal)) ? name
            : null;
        if (ofEncoder is null || !ofEncoder.StartsWith("encoder.layer.", StringComparison.Ordinal))
        {
            return ofEncoder is null ? null : "bigs." + ofEncoder;
        }

        (string theirs, string ours) = Parts.FirstOrDefault(part => ofEncoder.Contains(part.Theirs, StringComparison.Ordinal));
        return "bigs." + (theirs is null ? ofEncoder : ofEncoder.Replace(theirs, ours, StringComparison.Ordinal));
    }
}

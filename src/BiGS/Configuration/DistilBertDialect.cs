using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>
/// Hugging Face's DistilBERT: BERT's layers without token types, and a classifier that reads the first token by a dense layer and ReLU. Sines as positions
/// are in its files as any other table. Only in learning there is a difference: attention has no dropout behind it there, and has ours.
/// </summary>
internal sealed class DistilBertDialect : Dialect
{
    private static readonly (string Theirs, string Ours)[] OfLayers =
    [
        (".attention.q_lin.", ".attention.query."),
        (".attention.k_lin.", ".attention.key."),
        (".attention.v_lin.", ".attention.value."),
        (".attention.out_lin.", ".attention.output."),
        (".sa_layer_norm.", ".LayerNorm."),
        (".ffn.lin1.", ".intermediate."),
        (".ffn.lin2.", ".output."),
        (".output_layer_norm.", ".output_LayerNorm."),
    ];

    private static readonly (string Theirs, string Ours)[] OfHeads =
    [
        ("pre_classifier.", "bigs.pooler.dense."),
        ("vocab_transform.", "cls.predictions.transform.dense."),
        ("vocab_layer_norm.", "cls.predictions.transform.LayerNorm."),
        ("vocab_projector.weight", "cls.predictions.decoder.weight"),
        ("vocab_projector.bias", "cls.predictions.bias"),
        ("distilbert.embeddings.", "bigs.embeddings."),
    ];

    public override string ModelType => "distilbert";

    public override string ClassPrefix => "DistilBert";

    public override BiGSConfig Defaults => base.Defaults with
    {
        NumHiddenLayers = 6,
        TypeVocabSize = 0,
        PoolerAct = PoolerActivation.Relu,
        ClassifierDropout = 0.2,
    };

    public override IReadOnlyDictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>> Keys { get; } = new Dictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>>
    {
        ["dim"] = (config, value) => config with { HiddenSize = value!.GetValue<int>() },
        ["hidden_dim"] = (config, value) => config with { IntermediateSize = value!.GetValue<int>() },
        ["n_layers"] = (config, value) => config with { NumHiddenLayers = value!.GetValue<int>() },
        ["n_heads"] = (config, value) => config with { NumAttentionHeads = value!.GetValue<int>() },
        ["dropout"] = HiddenDropout,
        ["attention_dropout"] = (config, value) => config with { AttentionProbsDropoutProb = value!.GetValue<double>() },
        ["seq_classif_dropout"] = (config, value) => config with { ClassifierDropout = value!.GetValue<double>() },
        ["activation"] = Only("\"gelu\""),
        ["qa_dropout"] = Ignored,
        ["sinusoidal_pos_embds"] = Ignored,
        ["tie_weights_"] = Only("true"),
        ["output_past"] = Ignored,
    };

    public override string? Rename(string name)
    {
        if (RenameStart(name, OfHeads) is { } ofHead)
        {
            return ofHead;
        }

        string bare = name.StartsWith("distilbert.", StringComparison.Ordinal) ? name["distilbert.".Length..] : name;
        if (!bare.StartsWith("transformer.layer.", StringComparison.Ordinal))
        {
            return null;
        }

        (string theirs, string ours) = OfLayers.FirstOrDefault(part => bare.Contains(part.Theirs, StringComparison.Ordinal));
        return theirs is null ? null : "bigs.encoder" + bare["transformer".Length..].Replace(theirs, ours, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>
/// Hugging Face's ELECTRA: BERT, whose embeddings may be narrower than its layers, and which reads classes off the first token by a dense layer and GELU.
/// Of its discriminator (<c>ElectraForPreTraining</c>) the encoder is read, without the scores of which words were replaced.
/// </summary>
internal sealed class ElectraDialect : BertDialect
{
    private static readonly (string Theirs, string Ours)[] OfHeads =
    [
        ("embeddings_project.", "bigs.embeddings_project."),
        ("classifier.dense.", "bigs.pooler.dense."),
        ("classifier.out_proj.", "classifier."),
        ("sequence_summary.summary.", "bigs.pooler.dense."),
        ("generator_predictions.dense.", "cls.predictions.transform.dense."),
        ("generator_predictions.LayerNorm.", "cls.predictions.transform.LayerNorm."),
        ("generator_lm_head.weight", "cls.predictions.decoder.weight"),
        ("generator_lm_head.bias", "cls.predictions.bias"),
    ];

    public override string ModelType => "electra";

    public override string ClassPrefix => "Electra";

    public override BiGSConfig Defaults => base.Defaults with
    {
        EmbeddingSize = 128,
        HiddenSize = 256,
        IntermediateSize = 1024,
        NumAttentionHeads = 4,
        PoolerAct = PoolerActivation.Gelu,
    };

    public override IReadOnlyDictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>> Keys => new Dictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>>(base.Keys)
    {
        ["summary_activation"] = Only("\"gelu\""),
        ["summary_type"] = Only("\"first\""),
        ["summary_use_proj"] = Only("true"),
        ["summary_last_dropout"] = Ignored,
    };

    public override IReadOnlyDictionary<string, string> Heads => new Dictionary<string, string>(base.Heads) { ["ForPreTraining"] = ModelHeads.Embedding };

    public override string? Rename(string name) => RenameStart(name, OfHeads) ?? base.Rename(name);
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>One key of config.json: how it changes a configuration, and how it is written.</summary>
internal sealed record ConfigKey(Func<BiGSConfig, JsonNode?, BiGSConfig> Read, Func<BiGSConfig, JsonNode?> Write);

/// <summary>Which keys of config.json mean something, and which are known to mean nothing.</summary>
internal static class ConfigKeys
{
    public static IReadOnlyDictionary<string, ConfigKey> Honoured { get; } = new Dictionary<string, ConfigKey>
    {
        ["vocab_size"] = Integer((c, v) => c with { VocabSize = v }, c => c.VocabSize),
        ["hidden_size"] = Integer((c, v) => c with { HiddenSize = v }, c => c.HiddenSize),
        ["embedding_size"] = new((c, v) => c with { EmbeddingSize = v?.GetValue<int>() }, c => c.EmbeddingSize),
        ["num_hidden_layers"] = Integer((c, v) => c with { NumHiddenLayers = v }, c => c.NumHiddenLayers),
        ["intermediate_size"] = Integer((c, v) => c with { IntermediateSize = v }, c => c.IntermediateSize),
        ["max_position_embeddings"] = Integer((c, v) => c with { MaxPositionEmbeddings = v }, c => c.MaxPositionEmbeddings),
        ["type_vocab_size"] = Integer((c, v) => c with { TypeVocabSize = v }, c => c.TypeVocabSize),
        ["pad_token_id"] = Integer((c, v) => c with { PadTokenId = v }, c => c.PadTokenId),
        ["architecture"] = Word((c, v) => c with { Architecture = v }, c => c.Architecture),
        ["routing"] = Word((c, v) => c with { Routing = v }, c => c.Routing),
        ["merge"] = Word((c, v) => c with { Merge = v }, c => c.Merge),
        ["num_ssm"] = Integer((c, v) => c with { StateSize = v }, c => c.StateSize),
        ["num_ssm_heads"] = Integer((c, v) => c with { NumSsmHeads = v }, c => c.NumSsmHeads),
        ["scaling"] = Word((c, v) => c with { Scaling = v }, c => c.Scaling),
        ["discretization"] = Word((c, v) => c with { Discretization = v }, c => c.Discretization),
        ["num_attention_heads"] = Integer((c, v) => c with { NumAttentionHeads = v }, c => c.NumAttentionHeads),
        ["pre_norm"] = new((c, v) => c with { PreNorm = v!.GetValue<bool>() }, c => c.PreNorm),
        ["layer_act"] = Word((c, v) => c with { LayerAct = v }, c => c.LayerAct),
        ["mask_padding"] = new((c, v) => c with { MaskPadding = v!.GetValue<bool>() }, c => c.MaskPadding),
        ["position_embedding_type"] = Word((c, v) => c with { PositionEmbeddingType = v }, c => c.PositionEmbeddingType),
        ["pooler_type"] = Word((c, v) => c with { PoolerType = v }, c => c.PoolerType),
        ["pooler_act"] = Word((c, v) => c with { PoolerAct = v }, c => c.PoolerAct),
        ["hidden_dropout_prob"] = Real((c, v) => c with { HiddenDropoutProb = v }, c => c.HiddenDropoutProb),
        ["classifier_dropout"] = new((c, v) => c with { ClassifierDropout = v?.GetValue<double>() }, c => c.ClassifierDropout),
        ["block_dropout_prob"] = Real((c, v) => c with { BlockDropoutProb = v }, c => c.BlockDropoutProb),
        ["attention_probs_dropout_prob"] = Real((c, v) => c with { AttentionProbsDropoutProb = v }, c => c.AttentionProbsDropoutProb),
        ["layer_norm_eps"] = Real((c, v) => c with { LayerNormEps = v }, c => c.LayerNormEps),
        ["initializer_range"] = Real((c, v) => c with { InitializerRange = v }, c => c.InitializerRange),
        ["num_labels"] = Integer((c, v) => c with { NumLabels = v }, c => c.NumLabels),
    };

    /// <summary>The first key that two configurations differ in, in a clause; null where they are equal.</summary>
    public static string? Difference(BiGSConfig there, BiGSConfig asked) => Honoured
        .Select(key => (key.Key, There: key.Value.Write(there)?.ToJsonString(), Asked: key.Value.Write(asked)?.ToJsonString()))
        .Where(key => key.There != key.Asked)
        .Select(key => $"its {key.Key} is {key.There ?? "null"}, but {key.Asked ?? "null"} is asked for")
        .FirstOrDefault();

    /// <summary>Keys without an effect here, whatever they say.</summary>
    private static readonly HashSet<string> AlwaysInert =
    [
        "architectures", "_name_or_path", "name_or_path", "torch_dtype", "dtype", "transformers_version", "use_cache", "use_pykeops_kernel",
        "id2label", "label2id", "finetuning_task", ConfigFile.NoAnswerThresholdKey, "tokenizer_class", "bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id", "return_dict",
        "task_specific_params", "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
        "pooler_size_per_head", "_commit_hash",
    ];

    /// <summary>Keys that would change what a model does, with the value at which they do not.</summary>
    private static readonly Dictionary<string, string[]> InertAt = new()
    {
        ["model_type"] = [.. ((string[])["BiGS", "bigs", .. Dialect.All.Select(dialect => dialect.ModelType)]).Select(type => $"\"{type}\"")],
        ["hidden_act"] = ["\"gelu\""],
        ["decode"] = ["false"],
        ["is_decoder"] = ["false"],
        ["is_encoder_decoder"] = ["false"],
        ["add_cross_attention"] = ["false"],
        ["gradient_checkpointing"] = ["false"],
        ["output_hidden_states"] = ["false"],
        ["output_attentions"] = ["false"],
        ["torchscript"] = ["false"],
        ["tie_word_embeddings"] = ["true"],
        ["tie_encoder_decoder"] = ["false"],
        ["chunk_size_feed_forward"] = ["0"],
        ["pruned_heads"] = ["{}"],
        ["problem_type"] = ["null", "\"single_label_classification\"", "\"regression\""],
    };

    public static bool IsInert(string key, JsonNode? value) =>
        AlwaysInert.Contains(key) || (InertAt.TryGetValue(key, out string[]? values) && values.Contains(value?.ToJsonString() ?? "null"));

    private static ConfigKey Integer(Func<BiGSConfig, int, BiGSConfig> read, Func<BiGSConfig, int> write) =>
        new((config, value) => read(config, value!.GetValue<int>()), config => write(config));

    private static ConfigKey Real(Func<BiGSConfig, double, BiGSConfig> read, Func<BiGSConfig, double> write) =>
        new((config, value) => read(config, value!.GetValue<double>()), config => write(config));

    private static ConfigKey Word<T>(Func<BiGSConfig, T, BiGSConfig> read, Func<BiGSConfig, T> write)
        where T : struct, Enum =>
        new((config, value) => read(config, Choice<T>(value!.GetValue<string>())), config => Spelled(write(config)));

    private static string Spelled<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static T Choice<T>(string word)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (Spelled(value) == word)
            {
                return value;
            }
        }

        throw new FormatException($"it can be {string.Join(", ", Enum.GetValues<T>().Select(Spelled))}.");
    }
}

using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>
/// A family of encoders of Hugging Face's library, read as STACK × attention, post-norm: what its config.json means, which of our heads its classes are,
/// and what our weights are called in its files. A family is a file beside this one and a line in <see cref="All"/>.
/// </summary>
internal abstract class Dialect
{
    /// <summary>The families that are read.</summary>
    public static IReadOnlyList<Dialect> All { get; } = [new BertDialect(), new DistilBertDialect(), new ElectraDialect()];

    /// <summary>What <c>model_type</c> of config.json says.</summary>
    public abstract string ModelType { get; }

    /// <summary>What the names of its classes begin with.</summary>
    public abstract string ClassPrefix { get; }

    /// <summary>What its config.json means where it is silent.</summary>
    public virtual BiGSConfig Defaults { get; } = new()
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

    /// <summary>Keys of its config.json that ours does not have, or that mean something else here.</summary>
    public virtual IReadOnlyDictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>> Keys { get; } = new Dictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>>
    {
        ["hidden_dropout_prob"] = HiddenDropout,
    };

    /// <summary>Our heads by what follows <see cref="ClassPrefix"/>; an encoder by itself gives vectors.</summary>
    public virtual IReadOnlyDictionary<string, string> Heads { get; } = new Dictionary<string, string>
    {
        ["Model"] = ModelHeads.Embedding,
        ["ForMaskedLM"] = ModelHeads.MaskedLM,
        ["ForSequenceClassification"] = ModelHeads.SequenceClassification,
        ["ForTokenClassification"] = ModelHeads.TokenClassification,
        ["ForQuestionAnswering"] = ModelHeads.QuestionAnswering,
        ["ForMultipleChoice"] = ModelHeads.MultipleChoice,
    };

    /// <summary>Our name of a weight.</summary>
    /// <param name="name">As a file has it, LayerNorms with weight and bias.</param>
    /// <returns>Null where the name is none of this family.</returns>
    public abstract string? Rename(string name);

    /// <summary>The family that <c>model_type</c> names; null for none.</summary>
    public static Dialect? Of(string? modelType) => All.FirstOrDefault(dialect => dialect.ModelType == modelType);

    /// <summary>Our name of a weight that any family's file holds; other names stay as they are.</summary>
    public static string OurName(string name)
    {
        name = name.Replace(".LayerNorm.gamma", ".LayerNorm.weight", StringComparison.Ordinal).Replace(".LayerNorm.beta", ".LayerNorm.bias", StringComparison.Ordinal);
        return All.Select(dialect => dialect.Rename(name)).FirstOrDefault(ours => ours is not null) ?? name;
    }

    /// <summary>The head that <c>architectures</c> names, in any family's words; null where there is none of that name.</summary>
    public static string? HeadOf(string architecture)
    {
        string name = architecture.StartsWith("Flax", StringComparison.Ordinal) ? architecture["Flax".Length..] : architecture;
        return ModelHeads.All.Contains(name) ? name
            : ClassOf(name) is { } dialect ? dialect.Heads.GetValueOrDefault(name[dialect.ClassPrefix.Length..])
            : null;
    }

    /// <summary>What <c>architectures</c> can name instead of a class that is not known: the classes of its family, or else ours.</summary>
    public static string NamesLike(string architecture) => ClassOf(architecture) is { } dialect
        ? string.Join(", ", dialect.Heads.Keys.Select(head => dialect.ClassPrefix + head))
        : string.Join(", ", ModelHeads.All);

    /// <summary>Our name of a weight whose name begins with one of some parts; null where it begins with none.</summary>
    protected static string? RenameStart(string name, (string Theirs, string Ours)[] parts) =>
        parts.FirstOrDefault(part => name.StartsWith(part.Theirs, StringComparison.Ordinal)) is ({ } theirs, var ours) ? ours + name[theirs.Length..] : null;

    protected static BiGSConfig HiddenDropout(BiGSConfig config, JsonNode? value) =>
        config with { HiddenDropoutProb = value!.GetValue<double>(), BlockDropoutProb = value.GetValue<double>() };

    /// <summary>A key that changes nothing here, whatever it says.</summary>
    protected static BiGSConfig Ignored(BiGSConfig config, JsonNode? _) => config;

    /// <summary>A key that changes nothing at one value, and is refused at every other.</summary>
    protected static Func<BiGSConfig, JsonNode?, BiGSConfig> Only(string json) => (config, value) => (value?.ToJsonString() ?? "null") == json
        ? config
        : throw new FormatException($"only {json} is known here.");

    private static Dialect? ClassOf(string architecture) => All.FirstOrDefault(dialect => architecture.StartsWith(dialect.ClassPrefix, StringComparison.Ordinal));
}

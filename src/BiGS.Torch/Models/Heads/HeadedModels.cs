using BiGS.Configuration;
using BiGS.Torch.Ssm;

namespace BiGS.Torch.Models;

/// <summary>The heads by the names that config.json gives them, BERT's names included.</summary>
public static class HeadedModels
{
    private static readonly Dictionary<string, Func<BiGSConfig, ISsmRoute, HeadedModel>> ByTask = new()
    {
        ["ForMaskedLM"] = (config, route) => new BiGSForMaskedLM(config, route),
        ["ForSequenceClassification"] = (config, route) => new BiGSForSequenceClassification(config, route),
        ["ForMultipleChoice"] = (config, route) => new BiGSForMultipleChoice(config, route),
        ["ForTokenClassification"] = (config, route) => new BiGSForTokenClassification(config, route),
        ["ForEmbedding"] = (config, route) => new BiGSForEmbedding(config, route),
        ["ForQuestionAnswering"] = (config, route) => new BiGSForQuestionAnswering(config, route),
    };

    /// <summary>Classes that are other names for a head: an encoder by itself embeds, and what BERT pretrains by, or writes with, guesses words.</summary>
    private static readonly Dictionary<string, string> SameAs = new()
    {
        ["Model"] = "ForEmbedding",
        ["ForPreTraining"] = "ForMaskedLM",
        ["LMHeadModel"] = "ForMaskedLM",
    };

    /// <summary>What <c>architectures</c> of config.json can name, in words.</summary>
    public static string KnownNames { get; } =
        $"BiGS{string.Join(", BiGS", ByTask.Keys)}, BiGSModel (an encoder by itself), and the same of Bert…, with BertForPreTraining and BertLMHeadModel";

    /// <summary>Whether <see cref="Create"/> knows a name.</summary>
    public static bool IsKnown(string architecture) => Builder(architecture) is not null;

    /// <summary>Builds a model with zero weights, to be initialised or filled from a checkpoint.</summary>
    /// <param name="architecture">For example <c>BiGSForMaskedLM</c>.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="route">How the SSMs are applied.</param>
    /// <exception cref="ArgumentException">No head has this name.</exception>
    public static HeadedModel Create(string architecture, BiGSConfig config, ISsmRoute route) => Builder(architecture) is { } build
        ? build(config, route)
        : throw new ArgumentException($"There is no model \"{architecture}\"; \"architectures\" in config.json can be {KnownNames}.");

    private static Func<BiGSConfig, ISsmRoute, HeadedModel>? Builder(string architecture)
    {
        foreach (string family in (string[])["FlaxBiGS", "BiGS", "FlaxBert", "Bert"])
        {
            if (architecture.StartsWith(family, StringComparison.Ordinal))
            {
                string task = architecture[family.Length..];
                return ByTask.GetValueOrDefault(SameAs.GetValueOrDefault(task, task));
            }
        }

        return null;
    }
}

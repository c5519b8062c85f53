using BiGS.Ssm;

namespace BiGS.Models;

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

    /// <summary>Builds a model with zero weights, to be initialised or filled from a checkpoint.</summary>
    /// <param name="architecture">For example <c>BiGSForMaskedLM</c>.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="route">How the SSMs are applied.</param>
    /// <exception cref="ArgumentException">No head has this name.</exception>
    public static HeadedModel Build(string architecture, BiGSConfig config, ISsmRoute route)
    {
        foreach (string family in (string[])["FlaxBiGS", "BiGS", "FlaxBert", "Bert"])
        {
            if (architecture.StartsWith(family, StringComparison.Ordinal) && ByTask.TryGetValue(architecture[family.Length..], out var build))
            {
                return build(config, route);
            }
        }

        throw new ArgumentException(
            $"There is no model \"{architecture}\"; \"architectures\" in config.json can be BiGS{string.Join(", BiGS", ByTask.Keys)} (or Bert… for the same heads).");
    }
}

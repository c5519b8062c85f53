using BiGS.Configuration;
using BiGS.Torch.Ssm;

namespace BiGS.Torch.Models;

/// <summary>The heads by their names.</summary>
public static class HeadedModels
{
    private static readonly Dictionary<string, Func<BiGSConfig, ISsmRoute, HeadedModel>> ByHead = new()
    {
        [ModelHeads.MaskedLM] = (config, route) => new BiGSForMaskedLM(config, route),
        [ModelHeads.SequenceClassification] = (config, route) => new BiGSForSequenceClassification(config, route),
        [ModelHeads.MultipleChoice] = (config, route) => new BiGSForMultipleChoice(config, route),
        [ModelHeads.TokenClassification] = (config, route) => new BiGSForTokenClassification(config, route),
        [ModelHeads.QuestionAnswering] = (config, route) => new BiGSForQuestionAnswering(config, route),
        [ModelHeads.Embedding] = (config, route) => new BiGSForEmbedding(config, route),
        [ModelHeads.Encoder] = (config, route) => new BiGSForEmbedding(config, route),
    };

    /// <summary>Builds a model with zero weights, to be initialised or filled from a checkpoint.</summary>
    /// <param name="architecture">One of <see cref="ModelHeads"/>, for example <c>BiGSForMaskedLM</c>, or a class of a family that is read, such as <c>BertForMaskedLM</c>.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="route">How the SSMs are applied.</param>
    /// <exception cref="ArgumentException">No head has this name.</exception>
    public static HeadedModel Create(string architecture, BiGSConfig config, ISsmRoute route) => Dialect.HeadOf(architecture) is { } head
        ? ByHead[head](config, route)
        : throw new ArgumentException($"There is no model \"{architecture}\"; it can be one of {string.Join(", ", ModelHeads.All)}.", nameof(architecture));
}

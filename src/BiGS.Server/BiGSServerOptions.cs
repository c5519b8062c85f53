using BiGS.Inference;
using BiGS.Weights;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>
/// Which models answer, and what is let in. Names and default values of the limits are those of text-embeddings-inference. Where the server listens is
/// the application's own business (Kestrel).
/// </summary>
public sealed class BiGSServerOptions
{
    /// <summary>
    /// The models to load, the first of them for requests that name none. If the list stays empty, the small English model that comes with BiGS
    /// (package BiGS.Models.English).
    /// </summary>
    public IList<BiGSModelOptions> Models { get; } = [];

    /// <summary>
    /// A folder of documents that is indexed, or the file of its index, to search in (<c>/search</c>); null for none. The model that made the index must be
    /// among <see cref="Models"/>. The index may be brought up to date meanwhile.
    /// </summary>
    public string? IndexPath { get; set; }

    /// <summary>Tokens of a batch, whoever sent them; a longer text is a batch of its own.</summary>
    public int MaxBatchTokens { get; set; } = 8_192;

    /// <summary>Requests in progress; one more is answered with 429.</summary>
    public int MaxConcurrentRequests { get; set; } = 512;

    /// <summary>Texts in one request; more are answered with 413.</summary>
    public int MaxClientBatchSize { get; set; } = 32;

    /// <summary>Bytes of one request, unpacked where they come compressed; more are answered with 413.</summary>
    public int PayloadLimit { get; set; } = 2_000_000;

    /// <summary>
    /// Tokens that one request may cost to compute; more are answered with 413. A [MASK] costs more than other tokens, and a long text in which an answer
    /// is looked for is read through windows that overlap.
    /// </summary>
    public int MaxRequestTokens { get; set; } = 262_144;

    /// <summary>Bytes of one answer, estimated before anything is computed; a request for more is answered with 413.</summary>
    public int MaxResponseBytes { get; set; } = 32_000_000;

    /// <summary>Whether texts that are too long for a model are cut where a request does not say; if not, they are answered with 413.</summary>
    public bool AutoTruncate { get; set; } = true;

    /// <summary>From a request's first byte to its answer; a request that takes longer is answered with 503.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What clients send as <c>Authorization: Bearer KEY</c>; null to answer everyone. <c>/health</c> and the files of the page need no key.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>Whether the page that shows what the models do is served at <c>/</c>, beside the routes for programs.</summary>
    public bool DemoPage { get; set; }

    /// <summary>The models to load, those that come with BiGS included.</summary>
    internal IReadOnlyList<BiGSModelOptions> ModelsOrDefault => Models.Count > 0 ? [.. Models] : [new BiGSModelOptions(ShippedModel.Folder), new BiGSModelOptions(ShippedModel.EmbeddingFolder)];

    /// <summary>What requests call the models: the given name, or the folder's own; of several folders of one name, the path as it was given.</summary>
    internal IReadOnlyList<string> ModelNames()
    {
        IReadOnlyList<BiGSModelOptions> models = ModelsOrDefault;
        string[] names = [.. models.Select(model => model.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Folder))))];
        return [.. names.Select((name, i) => models[i].Name is null && names.Count(other => other == name) > 1 ? models[i].Folder : name)];
    }
}

/// <summary>A model to load.</summary>
/// <param name="Folder">config.json, weights, and vocab.txt or tokenizer.json.</param>
/// <param name="Name">What requests call it; null for the folder's own name.</param>
/// <param name="OpenOptions">What computes it; null for ONNX Runtime.</param>
public sealed record BiGSModelOptions(string Folder, string? Name = null, OpenOptions? OpenOptions = null);

/// <summary>Refuses options that no server can work with, before it starts.</summary>
internal sealed class BiGSServerOptionsValidator : IValidateOptions<BiGSServerOptions>
{
    public ValidateOptionsResult Validate(string? name, BiGSServerOptions options)
    {
        string[] failures = [.. Failures(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(BiGSServerOptions options)
    {
        (string Property, int Value, int Least)[] limits =
        [
            (nameof(options.MaxBatchTokens), options.MaxBatchTokens, 1),
            (nameof(options.MaxConcurrentRequests), options.MaxConcurrentRequests, 1),
            (nameof(options.MaxClientBatchSize), options.MaxClientBatchSize, 1),
            (nameof(options.PayloadLimit), options.PayloadLimit, 1),
            (nameof(options.MaxRequestTokens), options.MaxRequestTokens, 1),
            (nameof(options.MaxResponseBytes), options.MaxResponseBytes, 1),
        ];
        foreach ((string property, int value, int least) in limits.Where(limit => limit.Value < limit.Least))
        {
            yield return $"BiGSServerOptions.{property} is {value}; expected at least {least}.";
        }

        if (options.TimeLimit <= TimeSpan.Zero || options.TimeLimit.TotalMilliseconds > int.MaxValue)
        {
            yield return $"BiGSServerOptions.TimeLimit is {options.TimeLimit}; expected a positive time of at most {TimeSpan.FromMilliseconds(int.MaxValue).Days} days.";
        }

        if (options.ApiKey is "")
        {
            yield return "BiGSServerOptions.ApiKey is empty; expected a key, or null to answer everyone.";
        }

        if (options.Models.Count > 0 && options.ModelNames().GroupBy(name => name).FirstOrDefault(name => name.Count() > 1) is { } twice)
        {
            yield return $"BiGSServerOptions.Models has {twice.Key} twice; load each model once, or give each a Name of its own.";
        }
    }
}

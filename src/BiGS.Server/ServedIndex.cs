using BiGS.Inference;
using BiGS.Search;
using BiGS.Tokenizers;
using BiGS.Weights;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>The index of documents that is searched, beside whoever brings it up to date, and the served model that made it; neither where none is served.</summary>
internal sealed class ServedIndex : IDisposable
{
    private readonly SearchIndex? _index;
    private readonly string? _fingerprint;

    /// <exception cref="IOException">There is no index.</exception>
    /// <exception cref="InvalidDataException">It is none, or made by a model that is not served.</exception>
    public ServedIndex(IOptions<BiGSServerOptions> options, ServedModels models)
    {
        if (options.Value.IndexPath is not { } path)
        {
            return;
        }

        _index = SearchIndex.Open(path);
        _fingerprint = _index.Fingerprint;
        Model = options.Value.ModelsOrDefault.Zip(models.All)
            .FirstOrDefault(model => CheckpointFingerprint.Compute(model.First.Folder, model.Second.Tokenizer) == _fingerprint).Second
            ?? throw new InvalidDataException(
                $"{path}: the index was made by {SearchIndex.ReadOptions(path)?.ModelPath ?? IndexSettings.UnnamedModel}, which is not among the models that are served; add it (BiGSServerOptions.Models)");
    }

    /// <summary>What embeds questions; null where no index is served.</summary>
    public ServedModel? Model { get; }

    /// <summary>The passages that answer a question best.</summary>
    /// <param name="question">Not empty.</param>
    /// <param name="search">With a mode.</param>
    /// <param name="promptName">Which of the model's prompts stands before the question; null for its default one, if it has one.</param>
    /// <param name="services">Of the request.</param>
    /// <exception cref="ApiException">No index is served, or not the one that was opened any more.</exception>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string question, SearchOptions search, string? promptName, RequestServices services)
    {
        (HttpContext context, _, RequestTokenizer tokenizer, RequestLimits limits) = services;
        if (_index is null || Model is null)
        {
            throw new ApiException(StatusCodes.Status424FailedDependency, ErrorType.Backend, "this server has no index of documents to search in");
        }

        float[]? vector = null;
        if (search.Mode == SearchMode.Keyword)
        {
            limits.CheckBatchSize(context, 1, isBatch: false);
        }
        else
        {
            TokenizedText[] rows = tokenizer.Tokenize(
                context, Model, RequestTokenizer.AddPrompts(Model, new TextInputs([question], IsBatch: false), promptName), new Truncation(Wanted: true));
            vector = UnitVector.Normalize((await ServedModel.RunAsync(Model.Vectors, rows, context))[0]);
        }

        // Off the threads that answer requests: many vectors take a while to compare.
        return await Task.Run(
            () => vector is null || _index.Fingerprint == _fingerprint
                ? _index.Search(question, vector, search)
                : throw new ApiException(StatusCodes.Status424FailedDependency, ErrorType.Backend, "the index has been made anew by another model since the server was started"),
            context.RequestAborted);
    }

    public void Dispose() => _index?.Dispose();
}

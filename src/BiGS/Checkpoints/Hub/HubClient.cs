namespace BiGS.Checkpoints;

/// <summary>
/// Models of the Hugging Face hub as folders on this machine, in the cache that Python's tools share: what they fetched is found, and they
/// find what is fetched here. Every byte is verified before it has a name. Any thread may ask, and any process beside it.
/// </summary>
public sealed class HubClient : IDisposable
{
    private readonly HubOptions _options;
    private readonly HubConnection _connection;
    private readonly HubApi _api;
    private readonly HubCache _cache;

    public HubClient(HubOptions options)
    {
        _options = options;
        _connection = new HubConnection(options);
        _api = new HubApi(_connection, options);
        _cache = new HubCache(options.CacheFolder);
    }

    /// <summary>
    /// A model's configuration, weights and tokenizer: fetched where they are not here. A repository without a tokenizer (the authors') gets
    /// the one that the authors trained with.
    /// </summary>
    /// <param name="model">Repository and revision.</param>
    /// <param name="progress">Told of every few bytes.</param>
    /// <param name="cancel">What has come of a file stays, and is gone on with next time.</param>
    /// <exception cref="HubException">The hub cannot be reached or refuses; offline, the cache lacks a file.</exception>
    /// <exception cref="InvalidDataException">What the hub sends is not what it announced.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<HubSnapshot> Snapshot(HubName model, IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        HubListing listing = await List(model, cancel).ConfigureAwait(false);
        string[] files = [.. ModelFiles.Model(listing), .. ModelFiles.Tokenizer(listing)];
        await Bring(listing, files, progress, cancel).ConfigureAwait(false);
        if (Array.Find(files, WeightsLocation.IsIndex) is { } index)
        {
            IReadOnlyList<string> shards = ModelFiles.Shards(_cache.FilePath(listing, index), listing);
            await Bring(listing, shards, progress, cancel).ConfigureAwait(false);
        }

        string folder = Finish(listing);
        string tokenizer = ModelFiles.HasTokenizer(listing) ? folder : await AuthorsTokenizer(model, progress, cancel).ConfigureAwait(false);
        return new HubSnapshot(folder, tokenizer, listing.Commit);
    }

    /// <summary>The folder with a repository's tokenizer, without its weights.</summary>
    /// <inheritdoc cref="Snapshot"/>
    public async Task<string> Tokenizer(HubName model, IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        HubListing listing = await List(model, cancel).ConfigureAwait(false);
        if (!ModelFiles.HasTokenizer(listing))
        {
            throw new HubException($"{model}: there is no tokenizer: it has neither vocab.txt nor tokenizer.json. Choose another repository.");
        }

        await Bring(listing, ModelFiles.Tokenizer(listing), progress, cancel).ConfigureAwait(false);
        return Finish(listing);
    }

    public void Dispose() => _connection.Dispose();

    private async Task<string> AuthorsTokenizer(HubName model, IProgress<HubProgress>? progress, CancellationToken cancel)
    {
        (HubName known, HubName before) = (HubName.AuthorsTokenizers[0], HubName.AuthorsTokenizers[1]);
        try
        {
            return await Tokenizer(known, progress, cancel).ConfigureAwait(false);
        }
        catch (HubException none) when (none.SaysThereIsNone)
        {
            try
            {
                return await Tokenizer(before, progress, cancel).ConfigureAwait(false);
            }
            catch (HubException noneEither) when (noneEither.SaysThereIsNone)
            {
                throw new HubException($"{model} has no tokenizer of its own, and the one of its authors is not to be had: {none.Message}", none.Status, none);
            }
        }
    }

    private Task<HubListing> List(HubName model, CancellationToken cancel) =>
        _options.Offline ? Task.FromResult(_cache.List(model)) : _api.List(model, cancel);

    private async Task Bring(HubListing listing, IEnumerable<string> files, IProgress<HubProgress>? progress, CancellationToken cancel)
    {
        foreach (string file in files.Where(file => !_cache.Has(listing, file)))
        {
            HubFile announced = await _api.Describe(listing, file, cancel).ConfigureAwait(false);
            string blob = _cache.Blob(listing.Model, announced.Etag);
            using (await BlobLock.Take(_cache.Lock(listing.Model, announced.Etag), cancel).ConfigureAwait(false))
            {
                if (!File.Exists(blob))
                {
                    await _api.Bring(announced, blob, progress, cancel).ConfigureAwait(false);
                }
            }

            _cache.Link(listing, file, announced.Etag);
        }
    }

    /// <summary>A revision moves on only once all of its files are here.</summary>
    private string Finish(HubListing listing)
    {
        if (!_options.Offline)
        {
            _cache.Remember(listing);
        }

        return _cache.Snapshot(listing.Model, listing.Commit);
    }
}

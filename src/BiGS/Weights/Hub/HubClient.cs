using BiGS.Configuration;

namespace BiGS.Weights;

/// <summary>
/// Models of the Hugging Face hub as folders on this machine, in the cache that Python's tools share: what they fetched is found, and they
/// find what is fetched here. Every byte is verified before it has a name. While the hub cannot be reached, what the cache holds whole of the
/// asked revision is used, with a warning. Any thread may ask, and any process beside it.
/// </summary>
public sealed class HubClient : IDisposable
{
    private readonly HubOptions _options;
    private readonly Action<string>? _warn;
    private readonly HubConnection _connection;
    private readonly HubApi _api;
    private readonly HubCache _cache;

    /// <param name="options">Where the hub and its cache are.</param>
    /// <param name="warn">Called with a warning when the cache is used because the hub cannot be reached; null for no warnings.</param>
    public HubClient(HubOptions options, Action<string>? warn = null)
    {
        _options = options;
        _warn = warn;
        _connection = new HubConnection(options);
        _api = new HubApi(_connection, options);
        _cache = new HubCache(options.CacheFolder);
    }

    /// <summary>
    /// A model's configuration, weights and tokenizer: fetched where they are not here. A repository without a tokenizer (the authors') gets
    /// the one that the authors trained with.
    /// </summary>
    /// <param name="model">Repository and revision.</param>
    /// <param name="progress">Reports the bytes received so far.</param>
    /// <param name="cancellationToken">What has come of a file stays, and is gone on with next time.</param>
    /// <exception cref="HubException">The hub cannot be reached or refuses; offline, the cache lacks a file.</exception>
    /// <exception cref="InvalidDataException">What the hub sends is not what it announced.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<HubSnapshot> DownloadAsync(HubName model, IProgress<HubProgress>? progress = null, CancellationToken cancellationToken = default) =>
        HubOrCacheAsync(model, list => DownloadAsync(model, list, progress, cancellationToken), cancellationToken);

    /// <summary>The folder with a repository's tokenizer, without its weights.</summary>
    /// <inheritdoc cref="DownloadAsync(HubName, IProgress{HubProgress}, CancellationToken)"/>
    public Task<string> DownloadTokenizerAsync(HubName model, IProgress<HubProgress>? progress = null, CancellationToken cancellationToken = default) =>
        HubOrCacheAsync(model, list => DownloadTokenizerAsync(model, list, progress, cancellationToken), cancellationToken);

    public void Dispose() => _connection.Dispose();

    /// <summary>
    /// Asks the hub; offline, or where the hub cannot be reached, the cache. Where the cache could answer, the hub is asked once and briefly, since
    /// nobody gains by waiting for it.
    /// </summary>
    /// <param name="model">For the warning.</param>
    /// <param name="take">Takes what is wanted, from listings of the hub or of the cache.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<T> HubOrCacheAsync<T>(HubName model, Func<Func<HubName, Task<HubListing>>, Task<T>> take, CancellationToken cancellationToken)
        where T : class
    {
        if (_options.Offline)
        {
            return await take(FromCacheAsync).ConfigureAwait(false);
        }

        T? cached = await IfWholeAsync(() => take(FromCacheAsync)).ConfigureAwait(false);
        try
        {
            return await take(name => _api.ListAsync(name, isUrgent: cached is not null, cancellationToken)).ConfigureAwait(false);
        }
        catch (HubException unreachable) when (cached is not null && unreachable.IsUnreachable)
        {
            _warn?.Invoke($"{unreachable.InnerException!.Message}; {model} is used as it was fetched before, from the cache {_options.CacheFolder}.");
            return cached;
        }
    }

    private Task<HubListing> FromCacheAsync(HubName model) => Task.FromResult(_cache.List(model));

    /// <summary>What the cache alone can give; null where it lacks a part.</summary>
    private static async Task<T?> IfWholeAsync<T>(Func<Task<T>> take)
        where T : class
    {
        try
        {
            return await take().ConfigureAwait(false);
        }
        catch (Exception lacking) when (lacking is HubException or InvalidDataException)
        {
            return null; // the hub is asked for what is missing
        }
    }

    private async Task<HubSnapshot> DownloadAsync(
        HubName model, Func<HubName, Task<HubListing>> list, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        HubListing listing = await list(model).ConfigureAwait(false);
        string[] files = [.. ModelFiles.Model(listing), .. ModelFiles.Tokenizer(listing)];
        await DownloadFilesAsync(listing, files, progress, cancellationToken).ConfigureAwait(false);
        if (Array.Find(files, WeightsLocation.IsIndex) is { } index)
        {
            IReadOnlyList<string> shards = ModelFiles.Shards(_cache.FilePath(listing, index), listing);
            await DownloadFilesAsync(listing, shards, progress, cancellationToken).ConfigureAwait(false);
        }

        string folder = Finish(listing);
        if (ModelFiles.HasTokenizer(listing))
        {
            return new HubSnapshot(folder, folder, listing.Commit);
        }

        ModelFiles.CheckLacksNoTokenizer(listing, _cache.FilePath(listing, ConfigFile.Name));
        return new HubSnapshot(folder, await DownloadAuthorsTokenizerAsync(model, list, progress, cancellationToken).ConfigureAwait(false), listing.Commit);
    }

    private async Task<string> DownloadTokenizerAsync(
        HubName model, Func<HubName, Task<HubListing>> list, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        HubListing listing = await list(model).ConfigureAwait(false);
        if (!ModelFiles.HasTokenizer(listing))
        {
            throw new HubException($"{model}: there is no tokenizer: it has neither vocab.txt nor tokenizer.json. Choose another repository.");
        }

        await DownloadFilesAsync(listing, ModelFiles.Tokenizer(listing), progress, cancellationToken).ConfigureAwait(false);
        return Finish(listing);
    }

    private async Task<string> DownloadAuthorsTokenizerAsync(
        HubName model, Func<HubName, Task<HubListing>> list, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        (HubName known, HubName before) = (HubName.AuthorsTokenizers[0], HubName.AuthorsTokenizers[1]);
        try
        {
            return await DownloadTokenizerAsync(known, list, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException none) when (none.SaysThereIsNone)
        {
            try
            {
                return await DownloadTokenizerAsync(before, list, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (HubException noneEither) when (noneEither.SaysThereIsNone)
            {
                throw new HubException($"{model} has no tokenizer of its own, and the one of its authors is not to be had: {none.Message}", none.Status, none);
            }
        }
    }

    private async Task DownloadFilesAsync(HubListing listing, IEnumerable<string> files, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (string file in files.Where(file => !_cache.Has(listing, file)))
        {
            HubFile announced = await _api.DescribeAsync(listing, file, cancellationToken).ConfigureAwait(false);
            string blob = _cache.Blob(listing.Model, announced.Etag);
            using (await BlobLock.AcquireAsync(_cache.Lock(listing.Model, announced.Etag), cancellationToken).ConfigureAwait(false))
            {
                if (!File.Exists(blob))
                {
                    await _api.DownloadAsync(announced, blob, progress, cancellationToken).ConfigureAwait(false);
                }
            }

            _cache.Link(listing, file, announced.Etag);
        }
    }

    /// <summary>A revision moves on only once all of its files are here.</summary>
    private string Finish(HubListing listing)
    {
        if (!listing.IsOfTheCache)
        {
            _cache.Remember(listing);
        }

        return _cache.Snapshot(listing.Model, listing.Commit);
    }
}

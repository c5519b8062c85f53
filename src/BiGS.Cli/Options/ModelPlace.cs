using BiGS.Cli.Output;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>
/// Where a model's files are: in a folder that is given, beside the program for the one that ships with it, or in the cache of the hub, fetched first
/// where they are not there. What is on this machine under the given name comes first.
/// </summary>
/// <param name="Folder">Configuration and weights; or one weights file, with its configuration beside it.</param>
/// <param name="TokenizerFolder">Of the same model, or that of the authors' tokenizer for a model of the hub without one.</param>
internal sealed record ModelPlace(string Folder, string TokenizerFolder)
{
    /// <summary>How a model may be named, for help and errors.</summary>
    public const string Forms =
        $"a model's folder, a weights file in it, owner/name[@revision] of the Hugging Face hub, or {ShippedModel.Name} or {ShippedModel.EmbeddingName}, which ship with bigs";

    /// <summary>How a tokenizer may be named, for help and errors.</summary>
    public const string TokenizerForms =
        $"a folder with a tokenizer, vocab.txt, tokenizer.json, owner/name[@revision] of the Hugging Face hub, or {ShippedModel.Name} or {ShippedModel.EmbeddingName}, which ship with bigs";

    private const double Megabyte = 1e6;

    /// <summary>Bytes of its weights, as they are stored.</summary>
    public long Bytes => CheckpointFolder.WeightsBytes(Folder);

    /// <param name="given">A folder or a weights file; where there is none of this name, the model that ships with bigs, or owner/name[@revision] on the hub.</param>
    /// <param name="terminal">Shows how far it has come, and may interrupt.</param>
    /// <exception cref="FileNotFoundException">Nothing here has this name, and no model of the hub can have it.</exception>
    /// <exception cref="HubException">There is no such folder, and the hub has no such model or cannot be reached.</exception>
    public static ModelPlace Of(string given, Terminal terminal) => Find(
        given,
        Forms,
        terminal,
        path => new ModelPlace(path, File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path),
        async (hub, name, progress, cancellationToken) =>
        {
            HubSnapshot snapshot = await hub.DownloadAsync(name, progress, cancellationToken);
            return new ModelPlace(snapshot.Folder, snapshot.TokenizerFolder);
        });

    /// <summary>The folder or file of a tokenizer, of this machine or of the hub.</summary>
    /// <inheritdoc cref="Of"/>
    public static string OfTokenizer(string given, Terminal terminal) =>
        Find(given, TokenizerForms, terminal, path => path, (hub, name, progress, cancellationToken) => hub.DownloadTokenizerAsync(name, progress, cancellationToken));

    private static T Find<T>(
        string given, string forms, Terminal terminal, Func<string, T> here, Func<HubClient, HubName, IProgress<HubProgress>, CancellationToken, Task<T>> fetch)
    {
        if (Path.Exists(given))
        {
            return here(given);
        }

        if (ShippedModel.IsName(given))
        {
            return here(ShippedModel.FolderOf(given));
        }

        if (!HubName.TryParse(given, out HubName? name))
        {
            throw new FileNotFoundException($"{given}: there is no such folder or file; expected {forms}.", given);
        }

        // "runs/mien" beside a folder runs is a folder that is not there, and nobody has to ask the hub for it.
        if (Path.GetDirectoryName(given) is { } parent && Directory.Exists(parent))
        {
            throw new FileNotFoundException(
                $"{given}: there is no such folder or file; the folder {parent} is here, so the hub is not asked for it. Expected {forms}.", given);
        }

        using var hub = new HubClient(HubOptions.FromEnvironment(), warning => terminal.Warn([warning]));
        using ProgressLine line = terminal.Progress();
        var progress = new SynchronousProgress<HubProgress>(file => line.Report(
            $"fetching {file.File}", (double)file.Bytes / Math.Max(1, file.Total), $"{file.Bytes / Megabyte:n1} of {file.Total / Megabyte:n1} MB"));
        try
        {
            return fetch(hub, name, progress, terminal.Interrupted).GetAwaiter().GetResult();
        }
        catch (HubException refused)
        {
            throw new HubException($"there is no folder {given} here, and as a model of the hub: {refused.Message}", refused.Status, refused);
        }
    }
}

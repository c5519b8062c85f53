namespace BiGS.Weights;

/// <summary>How far a file has come.</summary>
/// <param name="File">Its name in the repository.</param>
/// <param name="Bytes">What is here, earlier downloads included.</param>
/// <param name="Total">What it will be.</param>
public readonly record struct HubProgress(string File, long Bytes, long Total);

/// <summary>A model that lies in the cache.</summary>
/// <param name="Folder">Holds config.json, the weights, and the tokenizer where the repository has one.</param>
/// <param name="TokenizerFolder">Where the tokenizer is opened from: the same folder, or that of the tokenizer the authors trained with.</param>
/// <param name="Commit">What the revision stood for.</param>
public sealed record HubSnapshot(string Folder, string TokenizerFolder, string Commit);

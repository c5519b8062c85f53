using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Pipelines;
using BiGS.Tokenizers;

namespace BiGS.Cli.Server;

/// <summary>A model that is loaded, with all that its head can do.</summary>
internal sealed class ServedModel : IDisposable
{
    public ServedModel(string name, string folder, string tokenizerFolder, OpenOptions how, Precision precision)
    {
        Name = name;
        Precision = precision;
        Config = CheckpointFolder.ReadConfig(folder).Config;
        Embedder = Embedder.Open(folder, how, precision, tokenizerFolder);
        Tokenizer = BertTokenizer.Open(tokenizerFolder);
    }

    /// <summary>What requests call it.</summary>
    public string Name { get; }

    public Precision Precision { get; }

    public BiGSConfig Config { get; }

    public Embedder Embedder { get; }

    public BertTokenizer Tokenizer { get; }

    public IReadOnlyList<string> Warnings => Embedder.Warnings;

    public void Dispose() => Embedder.Dispose();
}

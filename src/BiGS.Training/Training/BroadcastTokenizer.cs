using BiGS.Tokenizers;
using BiGS.Training.Distributed;

namespace BiGS.Training;

/// <summary>Rank 0's tokenizer on every rank, in a folder that goes away again: it may have been learned a moment ago, and a machine need not share rank 0's disk.</summary>
internal sealed class BroadcastTokenizer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bigs-tokenizer-");

    /// <param name="ranks">All of them make one.</param>
    /// <param name="tokenizer">Rank 0's; the others have none yet.</param>
    public BroadcastTokenizer(ICommunicator ranks, BertTokenizer? tokenizer)
    {
        tokenizer?.Save(Folder);
        string[] names = [.. _folder.EnumerateFiles().Select(file => file.Name).Order()];
        foreach (string name in System.Text.Encoding.UTF8.GetString(ranks.BroadcastBytes(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', names)))).Split('\n'))
        {
            string path = Path.Combine(Folder, name);
            File.WriteAllBytes(path, ranks.BroadcastBytes(tokenizer is null ? [] : File.ReadAllBytes(path)));
        }
    }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}

using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Data;

namespace BiGS.Training.Tests.Data;

/// <summary>What a corpus costs in memory, while it is prepared and while it is read: much less than the corpus.</summary>
[Collection(TorchGlobals.Name)]
public sealed class CorpusMemoryTests : IDisposable
{
    private static readonly bool Slow = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1";

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    /// <summary>What all groups that wait may hold, whatever the length of the corpus.</summary>
    private const long Most = 60 << 20;

    /// <summary>A million documents (BIGS_SLOW: 20 million), which as strings would take twice as much and more; their rows are found without a list of them.</summary>
    [Fact]
    public void ACorpusIsNeverInMemory()
    {
        int files = Slow ? 40 : 2;
        const int DocumentsOfAFile = 500_000;
        for (int file = 0; file < files; file++)
        {
            using var text = new StreamWriter(Path.Combine(_temporary.Path, $"{file:D2}.txt"));
            for (int d = 0; d < DocumentsOfAFile; d++)
            {
                text.Write($"the river {file} flows {d} times by the town\n\n");
            }
        }

        long bytes = Directory.GetFiles(_temporary.Path).Sum(file => new FileInfo(file).Length);
        var tokenizer = new BertTokenizer(new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, "the", "river", "flows", "by", "town", .. Enumerable.Range(0, 10).SelectMany(n => (string[])[$"{n}", $"##{n}"])]));
        string folder = Path.Combine(_temporary.Path, "out");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        var options = new PreparationOptions { Corpus = [_temporary.Path + "/*.txt"], Tokenizer = tokenizer, HashesAtOnce = 1 << 17, Workers = 2 };
        CorpusPreparation.Run(options, folder, new Watch(() => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before)), TestContext.Current.CancellationToken);

        using TokenShards shards = PreparedCorpus.Open(folder);
        long opened = GC.GetTotalMemory(forceFullCollection: true);
        (ITokenizedDocuments train, _) = HeldOutSplit.Split(shards);
        var rows = new DocumentRows(train, SpecialTokens.FromVocabulary(tokenizer.Vocabulary), 32);
        long ofRows = GC.GetTotalMemory(forceFullCollection: true) - opened;
        Assert.Equal((long)files * DocumentsOfAFile, shards.Count);
        Assert.Equal(shards.Count - 2_000, rows.Count);
        Assert.InRange(ofRows, 0, (shards.Count / 4) + 500_000);
        Assert.True(most < Most, $"{most / 1e6:f0} MB for a corpus of {bytes / 1e6:f0} MB");
        TestContext.Current.SendDiagnosticMessage($"{most / 1e6:f0} MB for a corpus of {bytes / 1e6:f0} MB; {ofRows / 1e6:f1} MB for its rows");
        GC.KeepAlive(rows);
    }

    private sealed class Watch(Action look) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value) => look();
    }
}

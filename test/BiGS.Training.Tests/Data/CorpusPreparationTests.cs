using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Data;

namespace BiGS.Training.Tests.Data;

/// <summary>A folder of shards is a function of its files: whoever prepares it, in how many parts, and however often it is ended.</summary>
public sealed class CorpusPreparationTests : IDisposable
{
    private static readonly BertTokenizer Tokenizer = new(new WordPieceVocabulary(
        [.. WordPieceVocabulary.SpecialTokens, .. Enumerable.Range(0, 26).SelectMany(letter => (string[])[$"{(char)('a' + letter)}", $"##{(char)('a' + letter)}"]), "the", "river", "##er"]));

    private readonly TemporaryFolder _temporary = new();
    private readonly List<string> _documents = [];

    /// <summary>Seven files of all kinds; some documents stand twice in a file, in two files, and in files of different parts.</summary>
    public CorpusPreparationTests()
    {
        var random = new Random(5);
        string Document() => string.Join(' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => ((string[])["the", "river", "rivers", "flow", "a", "b"])[random.Next(6)]));
        string[] common = [.. Enumerable.Range(0, 8).Select(n => $"common text {(char)('a' + n)} of the river")];
        for (int file = 0; file < 7; file++)
        {
            string[] documents = [.. Enumerable.Range(0, 20 + (30 * file)).Select(d => d % 9 == 4 ? common[random.Next(common.Length)] : $"{(char)('a' + file)} {d} {Document()}")];
            _documents.AddRange(documents);
            byte[] text = System.Text.Encoding.UTF8.GetBytes(file == 3 ? string.Concat(documents.Select(d => $"{{\"text\": \"{d}\"}}\n")) : string.Join("\n\n", documents));
            _temporary.File(file == 3 ? "in/file3.jsonl" : file % 2 == 0 ? $"in/file{file}.txt" : $"in/file{file}.txt.gz", file % 2 == 0 || file == 3 ? text : TemporaryFolder.Gzip(text));
        }
    }

    private string In => Path.Combine(_temporary.Path, "in");

    public void Dispose() => _temporary.Dispose();

    /// <summary>The slow form: all documents in a list, those that stood before left out.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsOnDiskIsWhatTheFilesSay(bool keepDuplicates)
    {
        string folder = Out("whole");
        PreparationResult result = CorpusPreparation.Run(Options() with { KeepDuplicates = keepDuplicates }, folder, cancellationToken: TestContext.Current.CancellationToken);
        string[] expected = [.. keepDuplicates ? _documents : _documents.Distinct()];
        Assert.Equal((expected.Length, _documents.Count - expected.Length), (result.Manifest!.Documents, result.Manifest.Duplicates));
        using TokenShards shards = PreparedCorpus.Open(folder);
        for (int d = 0; d < expected.Length; d++)
        {
            var ids = new List<int>();
            Tokenizer.EncodeIds(expected[d], ids);
            int[] stored = new int[shards.TokensBefore(d + 1) - shards.TokensBefore(d)];
            shards.Copy(d, 0, stored);
            Assert.Equal(ids, stored);
        }

        Assert.Equal(Tokenizer.Fingerprint, PreparedCorpus.Tokenizer(folder).Fingerprint);
    }

    [Fact]
    public void TheManifestTellsTheTruth()
    {
        ShardManifest manifest = CorpusPreparation.Run(Options(), Out("whole"), cancellationToken: TestContext.Current.CancellationToken).Manifest!;
        Assert.Equal(7, manifest.Sources.Count);
        var stood = new HashSet<string>();
        int from = 0;
        foreach ((PreparedSource source, int file) in manifest.Sources.Select((source, file) => (source, file)))
        {
            string[] documents = [.. _documents.Skip(from).Take(20 + (30 * file))];
            from += documents.Length;
            Assert.Equal(documents.Length, source.Documents);
            Assert.Equal(documents.Count(d => !stood.Add(d)), source.Duplicates);
            Assert.Equal(documents.Sum(Tokens), source.Tokens);
            byte[] bytes = File.ReadAllBytes(source.Path);
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))), (source.Bytes, source.Sha256));
        }

        Assert.True(manifest.Duplicates > 20, "the test has hardly a duplicate");
        Assert.Equal(manifest.Sources.Sum(source => source.Documents) - manifest.Duplicates, manifest.Documents);
        Assert.Equal(_documents.Distinct().Sum(Tokens), manifest.Tokens);
    }

    /// <summary>Workers, parts in any order, and how many hashes fit into memory decide nothing.</summary>
    [Fact]
    public void WhoReadsWhatDecidesNothing()
    {
        Dictionary<string, byte[]> whole = Prepared("whole", Options() with { Workers = 1 });
        AssertSame(whole, Prepared("workers", Options() with { Workers = 7 }));
        AssertSame(whole, Prepared("hashes", Options() with { HashesAtOnce = 13 }));
        AssertSame(whole, Prepared("parts", Part(2, 2), Part(1, 2)));
        AssertSame(whole, Prepared("many", [.. Enumerable.Range(1, 9).Select(part => Part(part, 9))])); // more parts than files
        AssertSame(whole, Prepared("a part, then all", Part(3, 4), Options()));
    }

    /// <summary>Two that share nothing but the folder, at the same time: as parts, and both for the whole.</summary>
    [Fact]
    public void SeveralMayPrepareAtTheSameTime()
    {
        Dictionary<string, byte[]> whole = Prepared("whole", Options());
        for (int again = 0; again < 10; again++)
        {
            string folder = Out($"at-once-{again}");
            PreparationOptions[] all = again % 2 == 0 ? [Part(1, 3), Part(2, 3), Part(3, 3)] : [Options(), Options(), Options()];
            Parallel.ForEach(all, options => CorpusPreparation.Run(options, folder, cancellationToken: TestContext.Current.CancellationToken));
            CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken);
            AssertSame(whole, Files(folder));
        }
    }

    /// <summary>Cancelled at random moments, by a document, until it comes to its end; what was read whole is not read again.</summary>
    [Fact]
    public void EndedAtAnyMomentItGoesOnExactly()
    {
        Dictionary<string, byte[]> whole = Prepared("whole", Options());
        var random = new Random(8);
        int endings = 0;
        for (int run = 0; run < 20; run++)
        {
            string folder = Out($"ended-{run}");
            var read = new List<int>();
            while (true)
            {
                using var stop = new CancellationTokenSource();
                int reports = random.Next(1, 25);
                try
                {
                    read.Add(CorpusPreparation.Run(Options() with { Workers = 2 }, folder, new Immediately(_ => Stop()), stop.Token).Read);
                    break;
                }
                catch (OperationCanceledException)
                {
                    endings++;
                }

                void Stop()
                {
                    if (--reports <= 0)
                    {
                        stop.Cancel();
                    }
                }
            }

            AssertSame(whole, Files(folder));
        }

        Assert.True(endings > 20, $"only {endings} runs were ended");
    }

    [Fact]
    public void FilesThatAreReadAreNotReadAgain()
    {
        string folder = Out("twice");
        Assert.Null(CorpusPreparation.Run(Part(1, 2), folder, cancellationToken: TestContext.Current.CancellationToken).Manifest);
        foreach (int file in Part(1, 2).Part.Own([.. InputFiles().Select(path => new FileInfo(path).Length)]))
        {
            // Of the same length, and no longer text: whoever read it would say so.
            File.WriteAllBytes(InputFiles()[file], [.. Enumerable.Repeat((byte)0xff, (int)new FileInfo(InputFiles()[file]).Length)]);
        }

        PreparationResult rest = CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(rest.Manifest);
        Assert.InRange(rest.Read, 1, 6);
        Assert.Equal(0, CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken).Read);
    }

    [Fact]
    public void AFolderIsOfOneCorpus()
    {
        string folder = Out("begun");
        CorpusPreparation.Run(Part(1, 2), folder, cancellationToken: TestContext.Current.CancellationToken);
        void Refuses(PreparationOptions options, string says) => Assert.Contains(
            says, Assert.Throws<ArgumentException>(() => CorpusPreparation.Run(options, folder, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Refuses(Options() with { Tokenizer = null }, "and now it is a learned vocabulary of 8192");
        Refuses(Options() with { KeepDuplicates = true }, "without PreparationOptions.KeepDuplicates");
        Refuses(Options() with { Corpus = [InputFiles()[0]] }, "with 7 files, and now there are 1");
        CorpusPreparation.Run(Part(2, 2), folder, cancellationToken: TestContext.Current.CancellationToken);
        Refuses(Options() with { TextField = "body" }, "the field \"text\", and now it is \"body\""); // finished
        File.AppendAllText(InputFiles()[2], "more");
        Refuses(Options(), "as file 3, and now it is");

        string taken = Path.GetDirectoryName(_temporary.File("taken/notes.txt", "mine"))!;
        Assert.Contains("not empty", Assert.Throws<IOException>(() => CorpusPreparation.Run(Options(), taken, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void WhatIsNotWholeDoesNotOpen()
    {
        string folder = Out("unfinished");
        CorpusPreparation.Run(Part(1, 2), folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(PreparedCorpus.IsAt(folder));
        Assert.Matches("not finished, [1-6] of 7 files are read", Assert.Throws<InvalidDataException>(() => PreparedCorpus.Open(folder)).Message);
        CorpusPreparation.Run(Part(2, 2), folder, cancellationToken: TestContext.Current.CancellationToken);
        PreparedCorpus.Open(folder).Dispose();
        foreach (string name in (string[])["tokens-0.bin", "documents.bin", "vocab.txt"])
        {
            File.Move(Path.Combine(folder, name), Path.Combine(folder, "elsewhere"));
            Assert.Contains($"{name} is missing", Assert.Throws<InvalidDataException>(() => PreparedCorpus.Open(folder)).Message, StringComparison.Ordinal);
            File.Move(Path.Combine(folder, "elsewhere"), Path.Combine(folder, name));
        }

        File.WriteAllText(Path.Combine(folder, ShardManifest.FileName), "{");
        Assert.Contains("manifest.json is damaged", Assert.Throws<InvalidDataException>(() => PreparedCorpus.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatCannotBeReadIsNamedAndTheOthersStay()
    {
        string broken = InputFiles()[6];
        string text = File.ReadAllText(broken);
        File.WriteAllBytes(broken, [.. System.Text.Encoding.UTF8.GetBytes(text)[..^3], 0xff, 0xff, 0xff]);
        string folder = Out("broken");
        Assert.Contains("file6.txt' is not UTF-8", Assert.Throws<InvalidDataException>(() =>
            CorpusPreparation.Run(Options() with { Workers = 1 }, folder, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        File.WriteAllText(broken, text);
        Assert.NotNull(CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken).Manifest);
    }

    /// <summary>What failed is mended, or read otherwise, and the next command goes on: nothing has to be removed by hand.</summary>
    [Fact]
    public void AfterAFailureTheNextCommandGoesOnWithFilesThatAreMendedGoneOrReadOtherwise()
    {
        string jsonl = InputFiles()[3];
        string text = File.ReadAllText(jsonl);
        File.WriteAllText(jsonl, text + "{\"body\": \"\"}\n");
        string latin = _temporary.File("in/latin.txt", System.Text.Encoding.Latin1.GetBytes("caf\u00e9 of the river"));
        string folder = Out("mended");
        void Fails(PreparationOptions options, params string[] says)
        {
            string message = Assert.Throws<InvalidDataException>(() => CorpusPreparation.Run(options, folder, cancellationToken: TestContext.Current.CancellationToken)).Message;
            Assert.All(says, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }

        Fails(Options(), "2 of 8 files cannot be read", "Corpus.FindUnreadable", "file3.jsonl', line 111: no field \"text\"", "latin.txt' is not UTF-8");
        Fails(Options() with { TextField = "body" }, "file3.jsonl', line 1: no field \"body\"");
        Fails(Options() with { Encoding = System.Text.Encoding.Latin1 }, "file3.jsonl', line 111");
        File.WriteAllText(jsonl, text);
        File.Delete(latin);
        PreparationResult result = CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(result.Manifest);
        AssertSame(Prepared("whole", Options()), Files(folder));
    }

    [Fact]
    public void WhereNothingIsReadYetAnyPlanTakesThePlaceOfAnother()
    {
        string broken = _temporary.File("broken.txt", [0xff]);
        string folder = Out("begun");
        PreparationOptions first = Options() with { Corpus = [broken], Tokenizer = null, VocabSize = 80 };
        Assert.Throws<InvalidDataException>(() => CorpusPreparation.Run(first, folder, cancellationToken: TestContext.Current.CancellationToken));
        Assert.NotNull(CorpusPreparation.Run(Options(), folder, cancellationToken: TestContext.Current.CancellationToken).Manifest);
        AssertSame(Prepared("whole", Options()), Files(folder));
    }

    /// <summary>A plan that another process carries out is not replaced under it.</summary>
    [Fact]
    public void WhatAnotherProcessReadsStays()
    {
        string folder = Out("held");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => CorpusPreparation.Run(Options(), folder, new Immediately(_ => stop.Cancel()), stop.Token));
        using (new FileStream(Path.Combine(folder, "parts", "other.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
            Assert.Throws<ArgumentException>(() => CorpusPreparation.Run(Options() with { TextField = "body" }, folder, cancellationToken: TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void SeveralThatLearnAVocabularyLearnOne()
    {
        PreparationOptions learning = Options() with { Tokenizer = null, VocabSize = 80 };
        Dictionary<string, byte[]> whole = Prepared("whole", learning);
        string folder = Out("learned");
        Parallel.For(1, 4, part => CorpusPreparation.Run(learning with { Part = new PreparationPart(part, 3) }, folder, cancellationToken: TestContext.Current.CancellationToken));
        CorpusPreparation.Run(learning, folder, cancellationToken: TestContext.Current.CancellationToken);
        AssertSame(whole, Files(folder));
    }

    [Fact]
    public void TextThatIsNoneIsRefused()
    {
        string empty = _temporary.File("empty.txt", " \n\n");
        Assert.Contains("0 documents", Assert.Throws<InvalidDataException>(() =>
            CorpusPreparation.Run(Options() with { Corpus = [empty] }, Out("empty"), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private static long Tokens(string document)
    {
        var ids = new List<int>();
        Tokenizer.EncodeIds(document, ids);
        return ids.Count;
    }

    private string[] InputFiles() => [.. Directory.GetFiles(In).Order(StringComparer.Ordinal)];

    private PreparationOptions Options() => new() { Corpus = [In], Tokenizer = Tokenizer };

    private PreparationOptions Part(int number, int of) => Options() with { Part = new PreparationPart(number, of) };

    private string Out(string name) => Path.Combine(_temporary.Path, "out", name);

    private Dictionary<string, byte[]> Prepared(string name, params PreparationOptions[] calls)
    {
        PreparationResult[] results = [.. calls.Select(options => CorpusPreparation.Run(options, Out(name), cancellationToken: TestContext.Current.CancellationToken))];
        Assert.NotNull(results[^1].Manifest);
        Assert.True(results.Length == 1 || results[0].Manifest is null, "one part alone finished the folder");
        return Files(Out(name));
    }

    private static Dictionary<string, byte[]> Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => File.ReadAllBytes(file));

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, file => Assert.Equal(file.Value, actual[file.Key]));
    }

    private sealed class Immediately(Action<PreparationProgress> told) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value) => told(value);
    }
}

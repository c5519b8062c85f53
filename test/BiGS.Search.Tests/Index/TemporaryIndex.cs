using System.Globalization;

namespace BiGS.Search.Tests.Index;

/// <summary>An index of made-up documents with made-up vectors, gone with the test; and the same passages in memory, in the order of their documents' paths.</summary>
internal sealed class TemporaryIndex : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bigs-index-").FullName;
    private readonly Random _random;
    private readonly int _dimensions;
    private readonly bool _stemming;
    private int _version;

    public TemporaryIndex(int dimensions = 12, bool stemming = false, int seed = 1)
    {
        (_dimensions, _stemming, _random) = (dimensions, stemming, new Random(seed));
        Writer = OpenWriter();
        Index = SearchIndex.Open(Path);
    }

    public string Path => System.IO.Path.Combine(_folder, SearchIndex.FileName);

    public IndexWriter Writer { get; private set; }

    public SearchIndex Index { get; }

    /// <summary>What should be in the index.</summary>
    public SortedDictionary<string, (string Text, Half[] Vector)[]> Expected { get; } = new(StringComparer.Ordinal);

    public IndexWriter OpenWriter(bool overwrite = false) =>
        new(Path, new IndexSettings(null, "0123456789abcdef", _dimensions, 128, 32, null, null, _stemming), overwrite);

    public void Replace(string path, params string[] passages)
    {
        (string, Half[])[] expected = [.. passages.Select(text => (text, Draw().Select(number => (Half)number).ToArray()))];
        Expected[path] = expected;
        Writer.Replace(
            new IndexedFile(path, (++_version).ToString(CultureInfo.InvariantCulture), passages.Sum(text => text.Length), DateTime.UnixEpoch),
            [.. passages.Select((text, i) => new IndexedPassage(path, i + 1, 0, text.Length, text))], [.. expected.Select(passage => passage.Item2)]);
    }

    public void Remove(params string[] paths)
    {
        Writer.Remove(paths);
        Array.ForEach(paths, path => Expected.Remove(path));
    }

    /// <summary>Everything again, by another writer.</summary>
    public void Overwrite()
    {
        Writer.Dispose();
        Writer = OpenWriter(overwrite: true);
        Expected.Clear();
    }

    /// <summary>(d), of length 1.</summary>
    public float[] Draw()
    {
        float[] vector = [.. Enumerable.Range(0, _dimensions).Select(_ => _random.NextSingle() - 0.5f)];
        float length = MathF.Sqrt(vector.Sum(number => number * number));
        return [.. vector.Select(number => number / length)];
    }

    public IReadOnlyList<SearchHit> ByWords(string question, int top = 10) => Index.Search(question, null, new SearchOptions { Mode = SearchMode.Keyword, Top = top });

    public void Dispose()
    {
        Index.Dispose();
        Writer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

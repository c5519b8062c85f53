using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Onnx;

/// <summary>A checkpoint's graphs are built once, whole, and again where the weights are others; and where nothing can be kept they are temporary.</summary>
public sealed class GraphCacheTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Root => Path.Combine(_temporary.Path, "cache");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_checkpoint_is_built_once()
    {
        string first = Built(GoldenFiles.Path("masked_lm"));
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(first, GraphCache.EncoderFile));
        Assert.Equal(first, Built(GoldenFiles.Path("masked_lm")));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(first, GraphCache.EncoderFile)));
        Assert.Equal(first, Assert.Single(Directory.GetDirectories(Root)));
        Assert.Equal(["encoder.onnx", "head.onnx", "weights.bin"], Directory.GetFiles(first).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Other_weights_are_another_graph()
    {
        string copy = Path.Combine(_temporary.Path, "copy");
        Directory.CreateDirectory(copy);
        foreach (string file in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(GoldenFiles.Path("masked_lm", file), Path.Combine(copy, file));
        }

        string first = Built(copy);
        byte[] weights = File.ReadAllBytes(Path.Combine(copy, "model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(copy, "model.safetensors"), weights);
        Assert.NotEqual(first, Built(copy));
        Assert.NotEqual(Built(copy), Open(copy, int8: true));
    }

    [Fact]
    public async Task Many_at_once_build_one()
    {
        string[] folders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Built(GoldenFiles.Path("masked_lm")))));
        Assert.Single(folders.Distinct());
        Assert.Equal(folders[0], Assert.Single(Directory.GetFileSystemEntries(Root)));
    }

    /// <summary>Building that fails leaves nothing behind that a later reader could take for a graph.</summary>
    [Fact]
    public void What_cannot_be_built_leaves_nothing()
    {
        Assert.Throws<InvalidDataException>(() => Open(GoldenFiles.Path("masked_lm"), new Without("bigs.encoder.layer.2.do.weight")));
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public void A_cache_that_is_no_folder_is_done_without()
    {
        File.WriteAllText(Path.Combine(_temporary.Path, "cache"), "a file");
        using var model = OnnxModel.Open(GoldenFiles.Path("masked_lm"), threads: 1, cache: new GraphCache(Root));
        Assert.NotEmpty(model.Run([1, 2], [1, 2], [1, 1], [0, 0], [ModelOutputs.LastHiddenState]));
    }

    [Fact]
    public void Graphs_that_nobody_opens_are_removed_when_another_is_built()
    {
        string old = Built(GoldenFiles.Path("masked_lm"));
        string kept = Built(GoldenFiles.Path("question_answering"));
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-31));
        Directory.SetLastWriteTimeUtc(kept, DateTime.UtcNow.AddDays(-29));
        string built = Built(GoldenFiles.Path("token_classification"));
        Assert.Equal(new[] { kept, built }.Order(), Directory.GetDirectories(Root).Order());
    }

    private string Built(string checkpoint) => Open(checkpoint);

    private string Open(string checkpoint, IModelWeights? others = null, bool int8 = false)
    {
        WeightsLocation location = WeightsLocation.Of(checkpoint);
        using IWeightsFile file = location.Open();
        return new GraphCache(Root).Open(location, location.ReadConfig(), others ?? new StoredModelWeights(file, location.File), int8).Folder;
    }

    private sealed class Without(string missing) : IModelWeights
    {
        public bool Has(string name) => name != missing;

        public long[] Shape(string name) => name.Contains("kernel.", StringComparison.Ordinal) ? [16] : [1, 1];

        public float[] Read(string name) => new float[16];
    }
}

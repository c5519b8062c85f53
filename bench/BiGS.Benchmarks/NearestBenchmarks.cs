using BenchmarkDotNet.Attributes;
using BiGS.Search;

namespace BiGS.Benchmarks;

/// <summary>The ten nearest of as many vectors of the model that ships as a large folder has passages, on one thread.</summary>
[InProcess]
public class NearestBenchmarks
{
    private const int Dimensions = 256;

    private float[] _query = null!;
    private float[] _rows = null!;

    [Params(10_000, 1_000_000)]
    public int Passages { get; set; }

    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        (_query, _rows) = (Draw(Dimensions), Draw(Passages * Dimensions));
    }

    [Benchmark]
    public int Look()
    {
        var nearest = new NearestNeighbours(_query, top: 10);
        nearest.Add(_rows);
        return nearest.Neighbours.Count;
    }
}

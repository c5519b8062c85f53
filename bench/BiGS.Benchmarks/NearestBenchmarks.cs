using BenchmarkDotNet.Attributes;
using BiGS.Search;

namespace BiGS.Benchmarks;

/// <summary>The ten nearest of as many vectors of the model that ships as a large folder has passages, on one thread.</summary>
[InProcess]
public class NearestBenchmarks
{
    private const int Dimensions = 256;

    private float[] _query = null!;
    private Half[] _rows = null!;

    [Params(10_000, 1_000_000)]
    public int Passages { get; set; }

    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        _query = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        _rows = [.. Enumerable.Range(0, Passages * Dimensions).Select(_ => (Half)(random.NextSingle() - 0.5f))];
    }

    [Benchmark]
    public int Look()
    {
        var nearest = new NearestNeighbours(_query, top: 10);
        nearest.Add(_rows);
        return nearest.Neighbours.Count;
    }
}

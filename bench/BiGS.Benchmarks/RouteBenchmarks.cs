using BenchmarkDotNet.Attributes;
using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Benchmarks;

/// <summary>One SSM of 64 states over 2,048 tokens of 768 channels or one longer row, forward and backward: which route wins at which length.</summary>
[InProcess]
public class RouteBenchmarks
{
    private const int Tokens = 2_048;
    private const int Width = 768;

    private S4D _ssm = null!;
    private Tensor _u = null!;
    private Tensor _gradient = null!;

    [Params("toeplitz", "chunked", "fft")]
    public string Route { get; set; } = "";

    [Params(128, 512, 1_024, 4_096)]
    public int Length { get; set; }

    [Params(ScalarType.BFloat16, ScalarType.Float32)]
    public ScalarType Type { get; set; }

    [GlobalSetup]
    public void Build()
    {
        using var generator = new Generator(1);
        _ssm = new S4D(heads: 1, stateSize: 64, Discretization.ZeroOrderHold, Direction.Forward, SsmRoutes.Get(Route));
        _ssm.Initialize(InitialValues.Hippo, generator);
        int rows = Math.Max(1, Tokens / Length);
        _u = randn(Length, rows, Width).to_type(Type).requires_grad_();
        _gradient = randn(Length, rows, Width).to_type(Type);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        _ssm.forward(_u).backward([_gradient]);
    }
}

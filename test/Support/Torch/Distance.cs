using static TorchSharp.torch;

namespace BiGS.Support;

/// <summary>How far two tensors are apart: max|a − b| / max(rms(b), 1e-6), as the golden files define it.</summary>
internal static class Distance
{
    public const double Kernels = 2e-6;
    public const double Outputs = 1e-5;
    public const double Gradients = 2e-4;
    public const double Trained = 1e-4;

    public static void Within(double limit, Tensor actual, Tensor expected, string what)
    {
        using var scope = NewDisposeScope();
        Assert.True(actual.numel() == expected.numel(), $"{what}: {actual} where {expected} was expected");
        double distance = Of(actual, expected);
        Assert.True(distance <= limit, $"{what}: distance {distance:g3} where {limit:g3} is allowed");
    }

    public static double Of(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        Tensor a = actual.detach().cpu().to_type(ScalarType.Float64).flatten();
        Tensor b = expected.detach().cpu().to_type(ScalarType.Float64).flatten();
        return (a - b).abs().max().item<double>() / Math.Max(Rms(b), 1e-6);
    }

    public static double Rms(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(x.to_type(ScalarType.Float64).square().mean().item<double>());
    }
}

using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>The length of the whole gradient, and the cut that keeps it below a bound.</summary>
public static class GradientNorm
{
    /// <summary>√Σ g² over all parameters.</summary>
    public static double Of(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        Tensor[] norms = [.. parameters.Where(p => p.grad is not null).Select(p => p.grad!.norm().to_type(ScalarType.Float64))];
        return norms.Length == 0 ? 0 : stack(norms).norm().item<double>();
    }

    /// <summary>Shortens the gradient to <paramref name="largest"/> where it is longer; the direction stays.</summary>
    /// <returns>The length before.</returns>
    public static double Clip(IReadOnlyCollection<Parameter> parameters, double largest)
    {
        double norm = Of(parameters);
        if (norm > largest)
        {
            using var scope = NewDisposeScope();
            Tensor factor = tensor(largest / (norm + 1e-6), ScalarType.Float64, parameters.First().device); // there once: each copy to a GPU waits for it
            foreach (Parameter parameter in parameters)
            {
                parameter.grad?.mul_(factor.to(parameter.dtype, parameter.device));
            }
        }

        return norm;
    }
}

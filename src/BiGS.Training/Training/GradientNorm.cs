using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>The length of the whole gradient, and the cut that keeps it below a bound.</summary>
internal static class GradientNorm
{
    /// <summary>√Σ g² over all gradients.</summary>
    public static double Compute(IEnumerable<Tensor> gradients)
    {
        using var scope = NewDisposeScope();

        // In double precision from the start: in single, a norm over a hundred thousand numbers depends in its fifth digit on how they are cut up.
        Tensor[] norms = [.. gradients.Select(gradient => gradient.to_type(ScalarType.Float64).norm())];
        return norms.Length == 0 ? 0 : stack(norms).norm().item<double>();
    }

    /// <summary>Shortens the gradient to <paramref name="maxNorm"/> where it is longer; the direction stays.</summary>
    /// <param name="gradients">Of all parameters.</param>
    /// <param name="maxNorm">The longest that is let through.</param>
    /// <param name="whole">Makes the length of the whole gradient of that of the part that is here; null where all of it is.</param>
    /// <returns>The length before.</returns>
    public static double Clip(IReadOnlyCollection<Tensor> gradients, double maxNorm, Func<double, double>? whole = null)
    {
        double norm = whole?.Invoke(Compute(gradients)) ?? Compute(gradients);
        if (norm > maxNorm)
        {
            using var scope = NewDisposeScope();
            Tensor factor = tensor(maxNorm / (norm + 1e-6), ScalarType.Float64, gradients.First().device); // there once: each copy to a GPU waits for it
            foreach (Tensor gradient in gradients)
            {
                gradient.mul_(factor.to(gradient.dtype, gradient.device));
            }
        }

        return norm;
    }
}

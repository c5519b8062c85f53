namespace BiGS.Inference;

/// <summary>The probabilities that logits stand for: softmax(x)ᵢ = e^xᵢ / Σ e^x, computed in double and relative to the largest logit.</summary>
internal static class Softmax
{
    /// <summary>The softmax of logits.</summary>
    public static double[] Compute(ReadOnlySpan<float> logits)
    {
        double total = LogSumExp(logits);
        double[] probabilities = new double[logits.Length];
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = Math.Exp(logits[i] - total);
        }

        return probabilities;
    }

    /// <summary>log Σ e^x.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return largest + Math.Log(sum);
    }
}

namespace BiGS.Pipelines;

/// <summary>What a model says: numbers in single precision, the last dimension side by side.</summary>
/// <param name="Values">All of them, row by row.</param>
/// <param name="Shape">Their dimensions.</param>
internal sealed record Numbers(float[] Values, long[] Shape)
{
    /// <summary>How many numbers the last dimension has.</summary>
    public int Width => (int)Shape[^1];

    /// <summary>The numbers along the last dimension, at one place of the others, counted through.</summary>
    public ReadOnlySpan<float> At(int place) => Values.AsSpan(place * Width, Width);

    /// <summary>The likelihoods that logits along the last dimension stand for: their softmax, in double.</summary>
    /// <inheritdoc cref="At"/>
    public double[] Probabilities(int place)
    {
        double total = LogTotal(place);
        double[] shares = new double[Width];
        ReadOnlySpan<float> logits = At(place);
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = Math.Exp(logits[i] - total);
        }

        return shares;
    }

    /// <summary>log Σ e^logits along the last dimension, in double.</summary>
    /// <inheritdoc cref="At"/>
    public double LogTotal(int place)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in At(place))
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in At(place))
        {
            sum += Math.Exp(logit - largest);
        }

        return largest + Math.Log(sum);
    }
}

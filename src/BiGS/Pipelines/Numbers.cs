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
        ReadOnlySpan<float> logits = At(place);
        double[] shares = new double[Width];
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            sum += shares[i] = Math.Exp((double)logits[i] - largest);
        }

        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] /= sum;
        }

        return shares;
    }
}

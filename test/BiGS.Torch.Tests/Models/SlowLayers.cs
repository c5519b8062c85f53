namespace BiGS.Torch.Tests.Models;

/// <summary>The layers that every encoder has, over arrays of doubles with the sums written out; a sequence is an array of positions, each an array of channels.</summary>
internal static class SlowLayers
{
    /// <summary>x Wᵀ + b, each row of W for one channel that comes out.</summary>
    public static double[][] Dense(double[][] x, double[][] weight, double[] bias) =>
        [.. x.Select(input => weight.Select((row, o) => bias[o] + row.Zip(input, (w, v) => w * v).Sum()).ToArray())];

    public static double[][] LayerNorm(double[][] x, double[] weight, double[] bias, double epsilon) => [.. x.Select(row =>
    {
        double mean = row.Average();
        double deviation = Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + epsilon);
        return row.Select((v, c) => (weight[c] * (v - mean) / deviation) + bias[c]).ToArray();
    })];

    /// <summary>Softmax of Q Kᵀ / √(d / heads) over what is text, times V, head by head.</summary>
    public static double[][] Attention(double[][] Q, double[][] K, double[][] V, bool[] text, int heads)
    {
        int width = Q[0].Length / heads;
        double[][] mixed = [.. Q.Select(row => new double[row.Length])];
        for (int head = 0; head < heads; head++)
        {
            int[] channels = [.. Enumerable.Range(head * width, width)];
            for (int l = 0; l < Q.Length; l++)
            {
                double[] weights = [.. K.Select((key, j) => text[j] ? Math.Exp(channels.Sum(c => Q[l][c] * key[c]) / Math.Sqrt(width)) : 0)];
                foreach (int c in channels)
                {
                    mixed[l][c] = weights.Select((weight, j) => weight * V[j][c]).Sum() / weights.Sum();
                }
            }
        }

        return mixed;
    }

    public static double[][] Gelu(double[][] x) => [.. x.Select(row => row.Select(Gelu).ToArray())];

    public static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    public static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, Sum)];

    /// <summary>erf x = 2/√π e^{−x²} Σ 2ⁿ x^{2n+1} / (1·3·5···(2n+1)): all terms of one sign.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        (double term, double sum) = (x, x);
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}

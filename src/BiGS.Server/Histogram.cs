using System.Globalization;
using System.Text;

namespace BiGS.Server;

/// <summary>How often values fell below each of some bounds, as Prometheus counts. Any thread may add.</summary>
/// <param name="bounds">Growing; what is above the last counts too.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Lock _lock = new();
    private double _sum;

    public static Histogram OfSeconds() => new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

    /// <summary>Powers of two.</summary>
    public static Histogram OfCounts(int largest) => new([.. Enumerable.Range(0, int.Log2(largest) + 1).Select(i => (double)(1L << i))]);

    public void Add(double value)
    {
        int at = Array.FindIndex(bounds, bound => value <= bound);
        lock (_lock)
        {
            _counts[at < 0 ? ^1 : at]++;
            _sum += value;
        }
    }

    /// <param name="text">Where it is written to.</param>
    /// <param name="name">Of the metric.</param>
    /// <param name="labels">Such as <c>path="/embed"</c>; empty for none.</param>
    public void Write(StringBuilder text, string name, string labels = "")
    {
        lock (_lock)
        {
            long below = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                below += _counts[i];
                string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {below}\n");
            }

            string braces = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_sum}\n{name}_count{braces} {below}\n");
        }
    }
}

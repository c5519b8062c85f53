using System.Globalization;

namespace BiGS.Cli.Bench;

/// <summary>The resident memory of a server, as its metrics tell it, once a second.</summary>
internal sealed class MemoryWatch(Uri address)
{
    private const string Metric = "process_resident_memory_bytes ";
    private const double Megabyte = 1 << 20;
    private const double Minute = 60;
    private const int FewestForSlope = 10;

    private readonly List<double> _megabytes = [];

    public async Task RunAsync(CancellationToken until)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await everySecond.WaitForNextTickAsync(until))
            {
                string text = await http.GetStringAsync("/metrics", until);
                string line = text.Split('\n').First(line => line.StartsWith(Metric, StringComparison.Ordinal));
                _megabytes.Add(double.Parse(line[Metric.Length..], CultureInfo.InvariantCulture) / Megabyte);
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            // It was watched as long as it was meant to be.
        }
    }

    /// <summary>The most megabytes that were seen.</summary>
    public double Most => _megabytes.DefaultIfEmpty(double.NaN).Max();

    /// <summary>Megabytes a minute over the second half of the time, by least squares: the first half is for what is made once. NaN where there is too little to tell.</summary>
    public double Slope
    {
        get
        {
            double[] late = [.. _megabytes.Skip(_megabytes.Count / 2)];
            if (late.Length < FewestForSlope)
            {
                return double.NaN;
            }

            double middle = (late.Length - 1) / 2.0;
            double mean = late.Average();
            return late.Select((megabytes, second) => (second - middle) * (megabytes - mean)).Sum() / late.Select((_, second) => (second - middle) * (second - middle)).Sum() * Minute;
        }
    }
}

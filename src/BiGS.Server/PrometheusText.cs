using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace BiGS.Server;

/// <summary>The instruments of a meter in Prometheus' text format: counters, histograms with the bounds that they advise, gauges.</summary>
internal sealed class PrometheusText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();

    /// <summary>In the order in which the instruments were created; of each, its values by labels.</summary>
    private readonly OrderedDictionary<Instrument, SortedDictionary<string, Series>> _instruments = [];

    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                lock (_lock)
                {
                    _instruments.Add(instrument, new SortedDictionary<string, Series>(StringComparer.Ordinal));
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) =>
            Add(instrument, value, (instrument as Histogram<int>)?.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound), labels));
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, null, labels));
        _listener.Start();
    }

    /// <summary>All values up to now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach ((Instrument instrument, SortedDictionary<string, Series> series) in _instruments)
            {
                string type = instrument is Counter<long> ? "counter" : instrument.IsObservable ? "gauge" : "histogram";
                text.Append(CultureInfo.InvariantCulture, $"# HELP {instrument.Name} {instrument.Description}\n# TYPE {instrument.Name} {type}\n");
                foreach ((string labels, Series values) in series)
                {
                    values.Write(text, instrument.Name, labels);
                }
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, IEnumerable<double>? bounds, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var name = new StringBuilder();
        foreach ((string key, object? said) in labels)
        {
            name.Append(CultureInfo.InvariantCulture, $"{(name.Length > 0 ? "," : "")}{key}=\"{said}\"");
        }

        lock (_lock)
        {
            SortedDictionary<string, Series> series = _instruments[instrument];
            string key = name.ToString();
            if (!series.TryGetValue(key, out Series? values))
            {
                values = series[key] = new Series(bounds?.ToArray());
            }

            values.Add(value, replace: instrument.IsObservable);
        }
    }

    /// <summary>The values of an instrument with the same labels; for a histogram, how often they fell below each of its bounds.</summary>
    private sealed class Series(double[]? bounds)
    {
        private readonly long[] _counts = new long[(bounds?.Length ?? 0) + 1];
        private double _sum;

        public void Add(double value, bool replace)
        {
            int at = bounds is null ? 0 : Array.FindIndex(bounds, bound => value <= bound);
            _counts[at < 0 ? ^1 : at]++;
            _sum = replace ? value : _sum + value;
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            string braces = labels.Length > 0 ? $"{{{labels}}}" : "";
            if (bounds is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {_sum}\n");
                return;
            }

            long below = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                below += _counts[i];
                string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {below}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_sum}\n{name}_count{braces} {below}\n");
        }
    }
}

using System.Text.Json;
using BiGS.Evaluation;

namespace BiGS.Cli.Console;

/// <summary>A score as the fields of a JSON object.</summary>
internal static class ScoreJson
{
    public static void Write(this Score score, Utf8JsonWriter json)
    {
        json.WriteString("task", score.Task);
        json.WriteStartObject("metrics");
        foreach ((string name, double value) in score.Metrics)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
        json.WriteNumber("count", score.Count);
        json.WriteStartObject("intervals");
        foreach ((string name, Interval interval) in score.Intervals)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(interval.Low);
            json.WriteNumberValue(interval.High);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteCounts(json, "counts", score.Counts);
        WriteCounts(json, "skipped", score.Skipped);
    }

    /// <summary>Only where there are any.</summary>
    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, int> counts)
    {
        if (counts.Count > 0)
        {
            json.WriteStartObject(name);
            foreach ((string of, int count) in counts)
            {
                json.WriteNumber(of, count);
            }

            json.WriteEndObject();
        }
    }
}

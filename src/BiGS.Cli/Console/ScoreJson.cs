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
    }
}

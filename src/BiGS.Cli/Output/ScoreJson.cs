using System.Text.Json;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Output;

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
        foreach ((string name, string note) in score.Notes)
        {
            json.WriteString(name, note);
        }

        if (score.Confusion is { } confusion)
        {
            Write(confusion, json);
        }

        WritePerType(json, score.PerType);
    }

    /// <summary><c>per_class</c>: figures by label; <c>confusion</c>: labels, and counts with a row for each true class.</summary>
    private static void Write(ConfusionMatrix confusion, Utf8JsonWriter json)
    {
        json.WriteStartObject("per_class");
        foreach (ClassScore of in confusion.PerClass)
        {
            json.WriteStartObject(of.Label);
            json.WriteNumber("precision", of.Precision);
            json.WriteNumber("recall", of.Recall);
            json.WriteNumber("f1", of.F1);
            json.WriteNumber("support", of.Support);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("confusion");
        json.WriteStartArray("labels");
        foreach (string label in confusion.Labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
        json.WriteStartArray("counts");
        for (int truth = 0; truth < confusion.Labels.Count; truth++)
        {
            json.WriteStartArray();
            for (int predicted = 0; predicted < confusion.Labels.Count; predicted++)
            {
                json.WriteNumberValue(confusion[truth, predicted]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Only where there are any.</summary>
    private static void WritePerType(Utf8JsonWriter json, IReadOnlyDictionary<string, EntityMatches> types)
    {
        if (types.Count > 0)
        {
            json.WriteStartObject("per_class");
            foreach ((string type, EntityMatches matches) in types)
            {
                json.WriteStartObject(type);
                json.WriteNumber("precision", matches.Precision);
                json.WriteNumber("recall", matches.Recall);
                json.WriteNumber("f1", matches.F1);
                json.WriteNumber("support", matches.True);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
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

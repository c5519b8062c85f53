using System.Globalization;
using System.Text.Json;
using BiGS.Training.Planning;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>A plan: what is computed, a row for each number of devices, and what the figures stand on; as JSON also the command.</summary>
internal sealed class PlanReport(RunPlan plan, TrainingCost cost, DeviceSpeed device, IReadOnlyList<RankPlan> on, double? price, string recipe) : IRenderable
{
    private const double Giga = 1e9;
    private const double Mega = 1e6;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 60), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var quiet = new Style(Color.Grey);
        IRenderable rows = new Rows(
            new Text(Said($"{plan.Parameters / Mega:n1} M parameters, {Short(plan.Tokens)} tokens in {plan.Steps:N0} steps of {plan.BatchSize:N0} × {plan.Accumulate} × {plan.Length:N0}"), new Style(decoration: Decoration.Bold)),
            new Text(Said($"{plan.Tokens * cost.PerToken:0.00e0} FLOPs, forward and backward: {cost.PerToken:0.00e0} a token, {100 * cost.Head / (cost.Layers + cost.Head):f1} % of them in the head{Again}")),
            new Text(Said($"one device: {device.TokensPerSecond:n0} tokens/s ({device.Because}), {device.TokensPerSecond * cost.PerToken / 1e12:n2} TFLOP/s")),
            Ranks(),
            new Text(Said($"all-reduce: a ring, {plan.GradientBytes / Giga:f2} GB in {plan.AllReduce.Buckets} messages, {plan.AllReduce.BytesPerSecond / Giga:g3} GB/s, {plan.AllReduce.Latency * Mega:g3} µs, behind {100 * plan.Overlap:f0} % of the backward pass"), quiet),
            new Text(Said($"hours: of all devices together; GB: weights, gradients and Adam's moments of a device where the ranks share out the moments ({DeviceMemory.Estimate(plan.Parameters, 1).Total / Giga:f2} where they do not); activations come on top"), quiet));
        return rows.Render(options, maxWidth);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("parameters", plan.Parameters);
        json.WriteNumber("tokens", plan.Tokens);
        json.WriteNumber("steps", plan.Steps);
        json.WriteNumber("batch_size", plan.BatchSize);
        json.WriteNumber("accumulate", plan.Accumulate);
        json.WriteNumber("max_length", plan.Length);
        json.WriteStartObject("flops");
        json.WriteNumber("total", plan.Tokens * cost.PerToken);
        json.WriteNumber("per_token", cost.PerToken);
        json.WriteNumber("computed_per_token", cost.ComputedPerToken);
        json.WriteEndObject();
        json.WriteNumber("tokens_per_second", device.TokensPerSecond);
        json.WriteString("tokens_per_second_is", device.Because);
        json.WriteStartObject("all_reduce");
        json.WriteNumber("bytes", plan.GradientBytes);
        json.WriteNumber("bytes_per_second", plan.AllReduce.BytesPerSecond);
        json.WriteNumber("latency_seconds", plan.AllReduce.Latency);
        json.WriteNumber("buckets", plan.AllReduce.Buckets);
        json.WriteNumber("overlap", plan.Overlap);
        json.WriteEndObject();
        json.WriteStartArray("ranks");
        foreach (RankPlan ranks in on)
        {
            Write(json, ranks);
        }

        json.WriteEndArray();
        json.WriteString("recipe", recipe);
    }

    private string Again => cost.Recompute ? Said($"; {cost.ComputedPerToken:0.00e0} a token with what is computed again") : "";

    private void Write(Utf8JsonWriter json, RankPlan ranks)
    {
        json.WriteStartObject();
        json.WriteNumber("ranks", ranks.Ranks);
        json.WriteNumber("rows", ranks.Rows);
        json.WriteNumber("step_seconds", ranks.StepSeconds);
        json.WriteNumber("computing_seconds", ranks.Computing);
        json.WriteNumber("communication_seconds", ranks.Communication);
        json.WriteNumber("exposed_seconds", ranks.Exposed);
        json.WriteNumber("hours", ranks.Elapsed.TotalHours);
        json.WriteNumber("device_hours", ranks.DeviceHours);
        json.WriteNumber("efficiency", ranks.Efficiency);
        if (price is { } hour)
        {
            json.WriteNumber("cost", hour * ranks.DeviceHours);
        }

        json.WriteNumber("memory_bytes", DeviceMemory.Estimate(plan.Parameters, 1).Total);
        json.WriteNumber("memory_bytes_sharded", DeviceMemory.Estimate(plan.Parameters, ranks.Ranks).Total);
        json.WriteEndObject();
    }

    private Table Ranks()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string name in (string[])["ranks", "rows", "step", "all-reduce", "waiting", "time", "hours", "efficiency", "GB", .. price is null ? Array.Empty<string>() : ["cost"]])
        {
            table.AddColumn(new TableColumn(name) { Alignment = Justify.Right, NoWrap = true, Padding = new Padding(1, 0, 1, 0) });
        }

        foreach (RankPlan ranks in on)
        {
            table.AddRow(
            [
                Said($"{ranks.Ranks}"), Said($"{ranks.Rows}"), Seconds(ranks.StepSeconds), Seconds(ranks.Communication), Said($"{100 * ranks.Waiting:f1} %"),
                Span(ranks.Elapsed), Said($"{ranks.DeviceHours:N0}"), Said($"{100 * ranks.Efficiency:f1} %"),
                Said($"{DeviceMemory.Estimate(plan.Parameters, ranks.Ranks).Total / Giga:f2}"),
                .. price is { } hour ? (string[])[Said($"{hour * ranks.DeviceHours:N0}")] : [],
            ]);
        }

        return table;
    }

    private static string Seconds(double seconds) => seconds < 1 ? Said($"{1e3 * seconds:f1} ms") : Said($"{seconds:f2} s");

    private static string Span(TimeSpan took) => took.TotalDays >= 2 ? Said($"{took.TotalDays:f1} d") : took.TotalHours >= 1 ? Said($"{took.TotalHours:f1} h") : Said($"{took.TotalMinutes:f1} min");

    private static string Short(double tokens) => tokens >= Giga ? Said($"{tokens / Giga:0.##} B") : Said($"{tokens / Mega:0.##} M");

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How fast one device trains, and how that is known.</summary>
/// <param name="TokensPerSecond">Of one device alone.</param>
/// <param name="Because">In words.</param>
internal sealed record DeviceSpeed(double TokensPerSecond, string Because);

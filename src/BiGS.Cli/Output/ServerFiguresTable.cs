using System.Globalization;
using BiGS.Cli.Bench;
using Spectre.Console;

namespace BiGS.Cli.Output;

/// <summary>What a server did under load.</summary>
internal static class ServerFiguresTable
{
    public static Table Of(ServerFigures figures)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("what", "figure");
        void Row(string what, FormattableString figure) => table.AddRow(Markup.Escape(what), Markup.Escape(figure.ToString(CultureInfo.InvariantCulture)));
        Row("one short text, library", $"{figures.MillisecondsAlone:f2} ms");
        Row("one short text, HTTP", $"{figures.MillisecondsServed:f2} ms: {figures.MillisecondsOver:f2} ms more");
        Row("full batches, library", $"{figures.LibraryTokensPerSecond:n0} tokens/s");
        Row("full batches, HTTP", $"{figures.ServedTokensPerSecond:n0} tokens/s: {figures.ShareOfLibrary:p1} of it");
        Row("under load", $"{figures.Load.RequestsPerSecond:n0} requests/s, {figures.Load.TokensPerSecond:n0} tokens/s, over {figures.Load.Seconds:f0} s");
        Row("answers within", $"{figures.Load.Within(0.5):f0} ms (half), {figures.Load.Within(0.99):f0} ms (99 %), {figures.Load.Within(1):f0} ms (all)");
        Row("statuses", $"{Statuses(figures.Load)}");
        Row("memory", $"at most {figures.MostMegabytes:n0} MB; {figures.MegabytesPerMinute:+0.00;-0.00} MB a minute over the second half");
        Row($"with {figures.Allowed} allowed", $"{Statuses(figures.Overload)}");
        Row("failed", $"{figures.Failed}");
        return table;
    }

    public static void WriteJson(ServerFigures figures, Terminal terminal) => terminal.Json(json =>
    {
        json.WriteNumber("milliseconds_alone", figures.MillisecondsAlone);
        json.WriteNumber("milliseconds_served", figures.MillisecondsServed);
        json.WriteNumber("library_tokens_per_second", figures.LibraryTokensPerSecond);
        json.WriteNumber("full_tokens_per_second", figures.ServedTokensPerSecond);
        json.WriteNumber("requests", figures.Load.Milliseconds.Length);
        json.WriteNumber("requests_per_second", figures.Load.RequestsPerSecond);
        json.WriteNumber("tokens_per_second", figures.Load.TokensPerSecond);
        json.WriteNumber("p50_milliseconds", figures.Load.Within(0.5));
        json.WriteNumber("p99_milliseconds", figures.Load.Within(0.99));
        json.WriteNumber("most_megabytes", figures.MostMegabytes);
        if (double.IsFinite(figures.MegabytesPerMinute))
        {
            json.WriteNumber("megabytes_per_minute", figures.MegabytesPerMinute);
        }

        json.WriteNumber("refused_with_429", figures.Overload.Statuses.GetValueOrDefault(429));
        json.WriteNumber("failed", figures.Failed);
    });

    private static string Statuses(LoadResult result) =>
        string.Join(", ", result.Statuses.OrderBy(status => status.Key).Select(status => string.Create(CultureInfo.InvariantCulture, $"{status.Value:n0} × {(status.Key == 0 ? "broken" : status.Key)}")));
}

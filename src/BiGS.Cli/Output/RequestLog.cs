using System.Globalization;
using BiGS.Server;

namespace BiGS.Cli.Output;

/// <summary>A JSON object a request on standard error: when, what, how long; of what went wrong here the kind and the place. Never a word of a text.</summary>
internal sealed class RequestLog(Terminal terminal, int fromStatus) : IProgress<RequestRecord>
{
    public const int All = 0;
    public const int Failures = 400;

    public void Report(RequestRecord value)
    {
        if (value.Status < fromStatus)
        {
            return;
        }

        terminal.WriteLogLine(json =>
        {
            json.WriteString("time", DateTime.UtcNow.ToString("o", CultureInfo.InvariantCulture));
            json.WriteString("method", value.Method);
            json.WriteString("path", value.Route);
            json.WriteNumber("status", value.Status);
            json.WriteNumber("milliseconds", Math.Round(value.Took.TotalMilliseconds, 3));
            json.WriteNumber("texts", value.Statistics.Texts);
            json.WriteNumber("tokens", value.Statistics.Tokens);
            if (value.Statistics.Failure is { } failure)
            {
                // Its message may quote what it failed at.
                json.WriteString("failure", failure.GetType().FullName);
                json.WriteString("at", failure.StackTrace);
            }
        });
    }
}

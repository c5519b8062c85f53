using System.Diagnostics;
using Spectre.Console;

namespace BiGS.Cli.Output;

/// <summary>
/// How far work has come. On a screen one line that is drawn anew, and gone at the end; in a pipe a plain line every ten seconds.
/// Any thread may report.
/// </summary>
internal sealed class ProgressLine(IAnsiConsole console) : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly bool _draws = console.Profile.Capabilities.Ansi;
    private TimeSpan _next = console.Profile.Capabilities.Ansi ? TimeSpan.Zero : BetweenLines;

    /// <param name="work">What is going on.</param>
    /// <param name="fraction">0 to 1, or null where the end is not in sight.</param>
    /// <param name="detail">What else is worth knowing: counts, a loss, a speed.</param>
    public void Report(string work, double? fraction = null, string detail = "")
    {
        lock (_lock)
        {
            if (_since.Elapsed < _next)
            {
                return;
            }

            _next = _since.Elapsed + (_draws ? BetweenDrawings : BetweenLines);
            if (_draws)
            {
                Draw(work, fraction, detail);
            }
            else
            {
                string percent = fraction is double share ? $" {share:P0}" : "";
                console.Profile.Out.Writer.WriteLine($"{work}{percent}{(detail.Length > 0 ? ", " + detail : "")}");
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_draws)
            {
                Clear();
            }
        }
    }

    private void Draw(string work, double? fraction, string detail)
    {
        var line = new Paragraph(work + "  ");
        if (fraction is double share && console.Profile.Width >= work.Length + BarWidth + 10)
        {
            int filled = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
            line.Append(new string('━', filled), new Style(Color.Teal));
            line.Append(new string('━', BarWidth - filled), new Style(Color.Grey23));
            line.Append($" {share,4:P0}  ");
        }

        int room = console.Profile.Width - line.Length - 1;
        line.Append(detail.Length <= room ? detail : "", new Style(Color.Grey));
        Clear();
        console.Write(line);
    }

    private void Clear() => console.Profile.Out.Writer.Write("\r\u001b[K");
}

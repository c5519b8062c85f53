using System.Diagnostics;
using System.Globalization;

namespace BiGS.Cli.Bench;

/// <summary>A server of this program in a process of its own, on loopback and a free port. Its end is asked for by SIGTERM, and waited for.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Announcement = " on http://";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <param name="arguments">What <c>bigs serve</c> is given besides the port.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message says what it said.</exception>
    public static ServerProcess Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location, "serve", "--port", "0", "--log", "nothing", .. arguments])
        {
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        var said = new List<string>();
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            int at = line.IndexOf(Announcement, StringComparison.Ordinal);
            if (at >= 0)
            {
                _ = process.StandardError.ReadToEndAsync();
                return new ServerProcess(process, new Uri(line[(at + " on ".Length)..].Split(';')[0]));
            }
        }

        process.WaitForExit();
        process.Dispose();
        throw new InvalidOperationException($"the server did not start: {string.Join(' ', said)}");
    }

    /// <summary>Asks for its end.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        if (!_process.WaitForExit(Patience))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Stop();
        }

        _process.Dispose();
    }
}

using System.CommandLine;
using System.Net;
using BiGS.Server;

namespace BiGS.Cli.Options;

/// <summary>Where a server listens and what it lets in, from the command line.</summary>
internal sealed class ServeCommandOptions
{
    private const string KeyVariable = "BIGS_API_KEY";
    private const int HighestPort = 65_535;
    private const double LongestLimit = 86_400;

    private static readonly ServerOptions Usual = new();

    private readonly Option<string> _host = OptionFactory.Text("--host", "ADDRESS", $"the address to listen on (default {Usual.Host}, which only this machine reaches; 0.0.0.0 for all)");
    private readonly Option<int?> _port = OptionFactory.Number("--port", $"the port to listen on; 0 takes one that is free and says which (default {Usual.Port})", least: 0);
    private readonly Option<int?> _maxBatchTokens = OptionFactory.Number("--max-batch-tokens", $"tokens that are read together, whoever sent them (default {Usual.MaxBatchTokens})", least: 1);
    private readonly Option<int?> _maxConcurrentRequests = OptionFactory.Number("--max-concurrent-requests", $"requests under way; one more is answered with 429 (default {Usual.MaxConcurrentRequests})", least: 1);
    private readonly Option<int?> _maxClientBatchSize = OptionFactory.Number("--max-client-batch-size", $"texts of one request (default {Usual.MaxClientBatchSize})", least: 1);
    private readonly Option<int?> _payloadLimit = OptionFactory.Number("--payload-limit", $"bytes of one request (default {Usual.PayloadLimit})", least: 1);
    private readonly Option<double?> _timeLimit = OptionFactory.Real("--time-limit", $"seconds that a request may take (default {Usual.TimeLimit.TotalSeconds:0})");
    private readonly Option<double?> _drainLimit = OptionFactory.Real("--drain-limit", $"seconds that requests may go on after Ctrl-C or SIGTERM (default {Usual.DrainLimit.TotalSeconds:0})");
    private readonly Option<string> _apiKey = OptionFactory.Text("--api-key", "KEY", $"let in only who sends Authorization: Bearer KEY, to all but /health; better in the environment, {KeyVariable}");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_host, _port, _maxBatchTokens, _maxConcurrentRequests, _maxClientBatchSize, _payloadLimit, _timeLimit, _drainLimit, _apiKey])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.ValueIfValid(_host) is { } host && !IPAddress.TryParse(host, out _))
            {
                result.AddError($"--host is \"{host}\"; expected an address such as 127.0.0.1, ::1 or 0.0.0.0");
            }

            if (result.ValueIfValid(_port) > HighestPort)
            {
                result.AddError($"--port is {result.ValueIfValid(_port)}; expected 0 to {HighestPort}");
            }

            if (result.ValueIfValid(_timeLimit) is double time && time is 0 or > LongestLimit)
            {
                result.AddError($"--time-limit is {time}; expected seconds, such as 60, at most {LongestLimit}");
            }

            if (result.ValueIfValid(_drainLimit) is double drain and > LongestLimit)
            {
                result.AddError($"--drain-limit is {drain}; expected seconds, such as 30, at most {LongestLimit}");
            }
        });
    }

    public ServerOptions Read(ParseResult parse) => new()
    {
        Host = parse.GetValue(_host) is { } host ? IPAddress.Parse(host) : Usual.Host,
        Port = parse.GetValue(_port) ?? Usual.Port,
        MaxBatchTokens = parse.GetValue(_maxBatchTokens) ?? Usual.MaxBatchTokens,
        MaxConcurrentRequests = parse.GetValue(_maxConcurrentRequests) ?? Usual.MaxConcurrentRequests,
        MaxClientBatchSize = parse.GetValue(_maxClientBatchSize) ?? Usual.MaxClientBatchSize,
        PayloadLimit = parse.GetValue(_payloadLimit) ?? Usual.PayloadLimit,
        TimeLimit = Seconds(parse.GetValue(_timeLimit)) ?? Usual.TimeLimit,
        DrainLimit = Seconds(parse.GetValue(_drainLimit)) ?? Usual.DrainLimit,
        ApiKey = parse.GetValue(_apiKey) is { } given ? (given.Length > 0 ? given : throw new ArgumentException("--api-key is empty; give a key, or leave it out to let everyone in.")) : (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null),
    };

    private static TimeSpan? Seconds(double? seconds) => seconds is double some ? TimeSpan.FromSeconds(some) : null;
}

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

    private static readonly BiGSServerOptions Usual = new();
    private static readonly HostingOptions UsualHosting = new();

    private readonly Option<string> _host = OptionFactory.Text("--host", "ADDRESS", $"the address to listen on (default {UsualHosting.Host}, which only this machine reaches; 0.0.0.0 for all)");
    private readonly Option<int?> _port = OptionFactory.Number("--port", $"the port to listen on; 0 takes one that is free and says which (default {UsualHosting.Port})", least: 0);
    private readonly Option<int?> _maxBatchTokens = OptionFactory.Number("--max-batch-tokens", $"tokens that are read together, whoever sent them (default {Usual.MaxBatchTokens})", least: 1);
    private readonly Option<int?> _maxConcurrentRequests = OptionFactory.Number("--max-concurrent-requests", $"requests under way; one more is answered with 429 (default {Usual.MaxConcurrentRequests})", least: 1);
    private readonly Option<int?> _maxClientBatchSize = OptionFactory.Number("--max-client-batch-size", $"texts of one request (default {Usual.MaxClientBatchSize})", least: 1);
    private readonly Option<int?> _payloadLimit = OptionFactory.Number("--payload-limit", $"bytes of one request (default {Usual.PayloadLimit})", least: 1);
    private readonly Option<int?> _maxRequestTokens = OptionFactory.Number("--max-request-tokens", $"tokens that one request may cost to compute (default {Usual.MaxRequestTokens})", least: 1);
    private readonly Option<int?> _maxResponseBytes = OptionFactory.Number("--max-response-bytes", $"bytes of one answer (default {Usual.MaxResponseBytes})", least: 1);
    private readonly Option<bool?> _autoTruncate = new("--auto-truncate")
    {
        Description = $"whether texts that are too long for a model are cut rather than refused, where a request does not say (default {(Usual.AutoTruncate ? "true" : "false")})",
        HelpName = "true|false",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<double?> _timeLimit = OptionFactory.Real("--time-limit", $"seconds that a request may take (default {Usual.TimeLimit.TotalSeconds:0})");
    private readonly Option<double?> _drainLimit = OptionFactory.Real("--drain-limit", $"seconds that requests may go on after Ctrl-C or SIGTERM (default {UsualHosting.DrainLimit.TotalSeconds:0})");
    private readonly Option<string> _apiKey = OptionFactory.Text("--api-key", "KEY", $"let in only who sends Authorization: Bearer KEY, to all but /health; better in the environment, {KeyVariable}");

    private readonly Option<string[]> _cors = new("--cors")
    {
        Description = "origins whose pages browsers let read the answers, such as https://example.org; * for all (default none)",
        HelpName = "ORIGIN…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _allowedHosts = new("--allowed-hosts")
    {
        Description = "names under which the server is asked, besides localhost and its address, such as that of a proxy in front of it (default: none where only this machine reaches the server, else any)",
        HelpName = "NAME…",
        AllowMultipleArgumentsPerToken = true,
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_host, _port, _maxBatchTokens, _maxConcurrentRequests, _maxClientBatchSize, _payloadLimit, _maxRequestTokens, _maxResponseBytes, _autoTruncate, _timeLimit, _drainLimit, _apiKey, _cors, _allowedHosts])
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

            if (result.ValueIfValid(_cors)?.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong)
            {
                result.AddError($"--cors is \"{wrong}\"; expected an origin such as https://example.org or http://localhost:3000, or *");
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

    public HostingOptions Hosting(ParseResult parse) => new()
    {
        Host = parse.GetValue(_host) is { } host ? IPAddress.Parse(host) : UsualHosting.Host,
        Port = parse.GetValue(_port) ?? UsualHosting.Port,
        DrainLimit = Seconds(parse.GetValue(_drainLimit)) ?? UsualHosting.DrainLimit,
        CorsOrigins = [.. (parse.GetValue(_cors) ?? []).Select(origin => origin.TrimEnd('/'))],
        AllowedHosts = parse.GetValue(_allowedHosts) ?? [],
    };

    /// <summary>Sets the limits and the key.</summary>
    public void Apply(ParseResult parse, BiGSServerOptions options)
    {
        options.MaxBatchTokens = parse.GetValue(_maxBatchTokens) ?? options.MaxBatchTokens;
        options.MaxConcurrentRequests = parse.GetValue(_maxConcurrentRequests) ?? options.MaxConcurrentRequests;
        options.MaxClientBatchSize = parse.GetValue(_maxClientBatchSize) ?? options.MaxClientBatchSize;
        options.PayloadLimit = parse.GetValue(_payloadLimit) ?? options.PayloadLimit;
        options.MaxRequestTokens = parse.GetValue(_maxRequestTokens) ?? options.MaxRequestTokens;
        options.MaxResponseBytes = parse.GetValue(_maxResponseBytes) ?? options.MaxResponseBytes;
        options.AutoTruncate = parse.GetValue(_autoTruncate) ?? options.AutoTruncate;
        options.TimeLimit = Seconds(parse.GetValue(_timeLimit)) ?? options.TimeLimit;
        options.ApiKey = ApiKey(parse);
    }

    private static bool IsOrigin(string text) => text == "*" || Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/');

    private string? ApiKey(ParseResult parse) => parse.GetValue(_apiKey) switch
    {
        null => Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null,
        "" => throw new ArgumentException("--api-key is empty; give a key, or leave it out to let everyone in."),
        var given => given,
    };

    private static TimeSpan? Seconds(double? seconds) => seconds is double some ? TimeSpan.FromSeconds(some) : null;
}

/// <summary>Where a server listens, and how it ends.</summary>
internal sealed record HostingOptions
{
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>How long requests that are in progress may go on once the server is asked to stop.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Origins whose pages browsers let read the answers; "*" for all.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Names under which the server is asked, besides those of this machine.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
}

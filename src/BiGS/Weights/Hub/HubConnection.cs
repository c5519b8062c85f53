using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace BiGS.Weights;

/// <summary>
/// Requests with a limit on every wait, and redirects followed by hand: the token goes to the endpoint and never to where it points.
/// </summary>
internal sealed class HubConnection : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HubOptions _options;
    private readonly HttpClient _http;

    public HubConnection(HubOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            UseProxy = !options.Endpoint.IsLoopback,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("bigs-dotnet", "1"));
    }

    /// <summary>Sends a request where it leads, and comes back with the headers of a good answer.</summary>
    /// <exception cref="TransientHttpException">It may help to try again.</exception>
    /// <exception cref="HubException">It will not.</exception>
    public async Task<HttpResponseMessage> SendAsync(HubRequest request, CancellationToken cancellationToken)
    {
        Uri address = request.Address;
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            HttpResponseMessage response = await SendToAsync(address, request, cancellationToken).ConfigureAwait(false);
            try
            {
                if (IsEndpoint(address))
                {
                    request.Observe?.Invoke(response);
                }

                Uri? next = Redirect(response, address, request);
                if (next is null || (request.StaysAtEndpoint && !IsEndpoint(next)))
                {
                    if (next is null && response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
                    {
                        HubResponse.Check(response, request, IsEndpoint(address), _options);
                    }

                    return response;
                }

                address = next;
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }

        throw new HubException($"{request.What}: more than {MostRedirects} redirects, the last to {address.Authority}; check HF_ENDPOINT.");
    }

    /// <summary>Reads on, and takes neither silence nor a cut for the end.</summary>
    /// <exception cref="TransientHttpException">The host is silent, or the connection broke.</exception>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> into, HubRequest request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestSilence(request));
        try
        {
            return await body.ReadAsync(into, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientHttpException($"{request.What}: nothing came for {LongestSilence(request).TotalSeconds:0.#} s", silent);
        }
        catch (IOException broken)
        {
            throw new TransientHttpException($"{request.What}: the connection broke ({broken.Message.TrimEnd('.')})", broken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendToAsync(Uri address, HubRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, address);
        message.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (request.From > 0)
        {
            message.Headers.Range = new RangeHeaderValue(request.From, null);
        }

        if (_options.Token is { } token && IsEndpoint(address))
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestSilence(request));
        try
        {
            return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientHttpException($"{request.What}: {address.Authority} does not answer within {LongestSilence(request).TotalSeconds:0.#} s", silent);
        }
        catch (HttpRequestException broken)
        {
            throw new TransientHttpException($"{request.What}: {address.Authority} cannot be reached ({broken.Message.TrimEnd('.')})", broken)
            {
                IsUnreachable = NobodyIsThere(broken),
            };
        }
    }

    private TimeSpan LongestSilence(HubRequest request) =>
        request.IsUrgent && _options.MaxWaitWhenCached < _options.ReadTimeout ? _options.MaxWaitWhenCached : _options.ReadTimeout;

    /// <summary>Whether the host is unknown, refuses connections, or is not the one that its certificate names: unlike a cut or a silence, this seldom passes in seconds.</summary>
    private static bool NobodyIsThere(HttpRequestException broken) =>
        broken.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        || broken.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable };

    private static Uri? Redirect(HttpResponseMessage response, Uri from, HubRequest request)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
        {
            return null;
        }

        Uri? next = response.Headers.Location is { } location ? new Uri(from, location) : null;
        return next is { Scheme: "https" } || (next is { Scheme: "http" } && from.Scheme == "http")
            ? next
            : throw new HubException(
                $"{request.What}: {from.Authority} redirects to {next?.GetLeftPart(UriPartial.Path) ?? "nowhere"}; expected an {from.Scheme} address. Check HF_ENDPOINT.");
    }

    private bool IsEndpoint(Uri address) =>
        Uri.Compare(address, _options.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}

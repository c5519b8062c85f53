using System.Net;

namespace BiGS.Weights;

/// <summary>What a status means: go on, try again, or tell the user what is wrong.</summary>
internal static class HubResponse
{
    /// <param name="response">Any but a redirect.</param>
    /// <param name="asked">What the request was for.</param>
    /// <param name="atEndpoint">Whether the hub itself answers, and not a host that it points to.</param>
    /// <param name="options">Whether there is a token, and the clock for Retry-After.</param>
    /// <exception cref="TransientHttpException">408, 429 or 5xx.</exception>
    /// <exception cref="HubException">Any other answer than a good one.</exception>
    public static void Check(HttpResponseMessage response, HubRequest asked, bool atEndpoint, HubOptions options)
    {
        HttpStatusCode status = response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string host = response.RequestMessage!.RequestUri!.Authority;
        string answers = $"{asked.What}: {host} answers {(int)status}";
        if (status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500)
        {
            throw new TransientHttpException(answers) { RetryAfter = AskedToWait(response, options.Clock) };
        }

        throw atEndpoint
            ? new HubException(answers + Remedy(response, asked, options), status)
            : new HubException($"{answers}, where {options.Endpoint.Authority} points to for its bytes; expected 200. Run it again; behind a proxy, check that it lets {host} through.");
    }

    private static string Remedy(HttpResponseMessage response, HubRequest asked, HubOptions options)
    {
        string code = response.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? codes) ? codes.First() : "";
        return (response.StatusCode, code) switch
        {
            (HttpStatusCode.NotFound, "RevisionNotFound") =>
                $"; {asked.Model.Repository} has no revision \"{asked.Model.Revision}\": give a branch, a tag or a commit of it after the @.",
            (HttpStatusCode.NotFound, _) when asked.File is { } file =>
                $"; {asked.Model} has no file {file} there, although its list names it: run it again, or choose another revision.",
            (HttpStatusCode.NotFound, _) =>
                $"; there is no repository {asked.Model.Repository}, or it has no revision \"{asked.Model.Revision}\": check both names.",
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) when options.Token is null =>
                $"; the repository {asked.Model.Repository} is private, gated or not there: check its name, or set HF_TOKEN to a token that may read it.",
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) =>
                $"; the token in HF_TOKEN (or the token file) may not read {asked.Model.Repository}, or there is no such repository: check the name, "
                + "accept the model's terms on its page if it has some, or give another token.",
            _ => "; expected 200. Check HF_ENDPOINT and the name of the model.",
        };
    }

    private static TimeSpan? AskedToWait(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };
}

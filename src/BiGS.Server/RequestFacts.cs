using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>What the log and the metrics tell of a request: numbers, and not a word of its texts.</summary>
internal sealed class RequestFacts
{
    public int Texts { get; set; }

    public int Tokens { get; set; }

    /// <summary>What went wrong here, as opposed to in the request.</summary>
    public Exception? Failure { get; set; }
}

internal static class RequestFactsExtensions
{
    public static RequestFacts Facts(this HttpContext context)
    {
        if (context.Features.Get<RequestFacts>() is not { } facts)
        {
            facts = new RequestFacts();
            context.Features.Set(facts);
        }

        return facts;
    }
}

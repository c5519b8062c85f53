using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>How much one request may ask for. What is more is refused before anything is computed.</summary>
internal sealed class RequestLimits(IOptions<BiGSServerOptions> options)
{
    /// <summary>Bytes of a number of a vector in JSON, a comma included.</summary>
    public const int BytesOfNumber = 14;

    /// <summary>The texts of a request are counted.</summary>
    /// <exception cref="ApiException">There are none, or more than one request may hold.</exception>
    public void CheckBatchSize(HttpContext context, int texts, bool isBatch)
    {
        context.Statistics().Texts = texts;
        context.Statistics().IsBatch = isBatch;
        if (texts == 0)
        {
            throw context.EmptyInput();
        }

        if (texts > options.Value.MaxClientBatchSize)
        {
            throw ApiException.TooLarge(
                $"batch size {texts} > maximum allowed batch size {options.Value.MaxClientBatchSize}; send fewer texts at once (the limit is `max_client_batch_size` of /info)",
                context.InputParameter());
        }
    }

    /// <exception cref="ApiException">More answers are wanted for each text than make sense, or none.</exception>
    public static void CheckTop(int top, int most, string parameter = "top")
    {
        if (top < 1 || top > most)
        {
            throw ApiException.Invalid($"`{parameter}` is {top}; expected 1 to {most}", parameter);
        }
    }

    /// <param name="context">The request.</param>
    /// <param name="tokens">What it costs to compute, in tokens.</param>
    /// <exception cref="ApiException">More than one request may cost.</exception>
    public void CheckTokens(HttpContext context, long tokens)
    {
        if (tokens > options.Value.MaxRequestTokens)
        {
            throw ApiException.TooLarge(
                $"the request costs {tokens} tokens, where {options.Value.MaxRequestTokens} are allowed; send fewer or shorter texts at once (the limit is `max_request_tokens` of /info)",
                context.InputParameter());
        }
    }

    /// <param name="bytes">Of the answer, about.</param>
    /// <param name="wanted">What makes it long and may be reduced: "`top`, masks or texts".</param>
    /// <exception cref="ApiException">More than an answer may have.</exception>
    public void CheckResponse(long bytes, string wanted)
    {
        if (bytes > options.Value.MaxResponseBytes)
        {
            throw ApiException.TooLarge(
                $"the answer would have about {bytes} bytes, where {options.Value.MaxResponseBytes} are allowed; ask for fewer {wanted} (the limit is `max_response_bytes` of /info)");
        }
    }
}

/// <summary>What a route calls its texts.</summary>
internal static class InputParameterExtensions
{
    /// <summary>OpenAI's "input", or "inputs" as text-embeddings-inference and Hugging Face have it.</summary>
    public static string InputParameter(this HttpContext context) => ErrorResponses.IsOpenAI(context) ? "input" : "inputs";

    public static ApiException EmptyInput(this HttpContext context) => ApiException.Invalid($"`{context.InputParameter()}` cannot be empty", context.InputParameter());
}

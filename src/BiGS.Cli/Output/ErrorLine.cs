using Microsoft.Extensions.Options;

namespace BiGS.Cli.Output;

/// <summary>An exception as one line: its own message, without what .NET and libtorch hang on to it.</summary>
internal static class ErrorLine
{
    private const string FullDisk = "No space left on device";

    public static string Of(Exception failure)
    {
        if (failure is AggregateException { InnerExceptions: [Exception only] })
        {
            return Of(only);
        }

        string message = failure.Message;
        if (failure is ArgumentException { ParamName: string parameter })
        {
            message = message.Split($" (Parameter '{parameter}')")[0];
        }

        // libtorch appends its own stack.
        message = message.Split("\nException raised from", 2)[0].Trim();
        message = string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (failure is IOException && message.StartsWith(FullDisk, StringComparison.Ordinal))
        {
            message += "; free some room there, then run the command again (pretrain: with --resume).";
        }

        return IsOwn(failure) ? message : $"{message.TrimEnd('.')} ({failure.GetType().Name}); --verbose shows where.";
    }

    /// <summary>Whether the kind of exception is one that carries a message for the user.</summary>
    private static bool IsOwn(Exception failure) => failure
        is IOException or InvalidDataException or ArgumentException or InvalidOperationException or UnauthorizedAccessException
        or NotSupportedException or OptionsValidationException || failure.GetType().Namespace?.StartsWith(nameof(BiGS), StringComparison.Ordinal) == true;
}

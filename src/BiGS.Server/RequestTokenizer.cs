using System.Diagnostics;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>Which end of a text that is too long is cut off.</summary>
internal enum TruncationDirection
{
    Right,
    Left,
}

/// <summary>What becomes of texts that are too long.</summary>
/// <param name="Wanted">Whether they are cut rather than refused; null for the server's usual way.</param>
/// <param name="Direction">Which end is cut off; null for the right one.</param>
internal readonly record struct Truncation(bool? Wanted, TruncationDirection? Direction = null);

/// <summary>Texts on their way in: counted, held against the limits, and turned into the tokens of a model.</summary>
internal sealed class RequestTokenizer(IOptions<BiGSServerOptions> options, RequestLimits limits)
{
    /// <summary>Tokens of texts.</summary>
    /// <param name="context">Whose statistics are kept.</param>
    /// <param name="model">Whose tokens.</param>
    /// <param name="inputs">Texts, or tokens.</param>
    /// <param name="truncation">What becomes of texts that are too long.</param>
    /// <exception cref="ApiException">Too many, too long, empty, or not of this vocabulary.</exception>
    public TokenizedText[] Tokenize(HttpContext context, ServedModel model, TextInputs inputs, Truncation truncation)
    {
        limits.CheckBatchSize(context, inputs.Texts.Count, inputs.IsBatch);
        context.Statistics().Characters = inputs.Texts.Sum(input => input.Text is null ? input.Ids!.Count : CountCharacters(input.Text));
        return Tokenize(context, model, inputs.Texts, (text, longest) => TokenizeOne(context, model, text, longest, Side(truncation)), truncation);
    }

    /// <summary>Tokens of texts and pairs.</summary>
    /// <param name="context">Whose statistics are kept.</param>
    /// <param name="model">Whose tokens.</param>
    /// <param name="inputs">Texts and pairs.</param>
    /// <param name="truncation">What becomes of texts that are too long.</param>
    /// <exception cref="ApiException">Too many, too long, or empty.</exception>
    public TokenizedText[] Tokenize(HttpContext context, ServedModel model, TextPairInputs inputs, Truncation truncation)
    {
        limits.CheckBatchSize(context, inputs.Texts.Count, inputs.IsBatch);
        context.Statistics().Characters = inputs.Texts.Sum(text => CountCharacters(text.First) + CountCharacters(text.Second ?? ""));
        return Tokenize(context, model, inputs.Texts, (text, longest) => text.First.Length + (text.Second?.Length ?? 0) > 0
            ? model.Tokenizer.Encode(text.First, text.Second, longest, truncationSide: Side(truncation))
            : throw context.EmptyInput(), truncation);
    }

    /// <summary>Texts with a prompt of the model's before them; those that are tokens already stay as they are.</summary>
    /// <param name="model">Whose prompts.</param>
    /// <param name="inputs">Texts, or tokens.</param>
    /// <param name="name">Of the prompt; null for the model's default one, if it has one.</param>
    /// <exception cref="ApiException">The model has no such prompt.</exception>
    public static TextInputs AddPrompts(ServedModel model, TextInputs inputs, string? name)
    {
        try
        {
            return inputs with { Texts = [.. inputs.Texts.Select(text => text.IsEmpty || text.Text is null ? text : (TextInput)model.Pipelines.Embedder.AddPrompt(text.Text, name))] };
        }
        catch (ArgumentException unknown)
        {
            throw ApiException.Invalid($"`prompt_name`: {unknown.Message}", "prompt_name");
        }
    }

    private TokenizedText[] Tokenize<T>(HttpContext context, ServedModel model, IReadOnlyList<T> texts, Func<T, int?, TokenizedText> tokenize, Truncation truncation)
    {
        RequestStatistics statistics = context.Statistics();
        long start = Stopwatch.GetTimestamp();
        int? longest = truncation.Wanted ?? options.Value.AutoTruncate ? model.MaxInputLength : null;
        TokenizedText[] rows = [.. texts.Select(text => tokenize(text, longest))];
        statistics.Tokenization = Stopwatch.GetElapsedTime(start);
        statistics.Tokens = rows.Sum(row => row.Ids.Count);
        int most = rows.Max(row => row.Ids.Count);
        if (most > model.MaxInputLength)
        {
            string parameter = context.InputParameter();
            throw ApiException.TooLarge($"`{parameter}` must have at most {model.MaxInputLength} tokens. Given: {most}; shorten or split the text, or set `truncate`", parameter);
        }

        limits.CheckTokens(context, statistics.Tokens);
        return rows;
    }

    private static TokenizedText TokenizeOne(HttpContext context, ServedModel model, TextInput text, int? longest, TruncationSide side)
    {
        if (text.IsEmpty)
        {
            throw context.EmptyInput();
        }

        if (text.Text is not null)
        {
            return model.Tokenizer.Encode(text.Text, maxLength: longest, truncationSide: side);
        }

        return text.Ids!.All(id => id >= 0 && id < model.Tokenizer.VocabularySize)
            ? model.Tokenizer.Encode(text.Ids!, longest, side)
            : throw ApiException.InvalidTokens(
                $"the tokens are not all of this vocabulary; expected 0 to {model.Tokenizer.VocabularySize - 1}, as /tokenize gives them", context.InputParameter());
    }

    /// <summary>Unicode characters: two UTF-16 code units may be one.</summary>
    private static int CountCharacters(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private static TruncationSide Side(Truncation truncation) => truncation.Direction == TruncationDirection.Left ? TruncationSide.Start : TruncationSide.End;
}

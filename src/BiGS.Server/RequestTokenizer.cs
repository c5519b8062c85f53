using BiGS.Pipelines;
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

/// <summary>Texts on their way in: counted, held against the limits, and turned into the tokens of a model.</summary>
internal sealed class RequestTokenizer(IOptions<BiGSServerOptions> options)
{
    /// <summary>Tokens of texts.</summary>
    /// <param name="context">Whose statistics are kept.</param>
    /// <param name="model">Whose tokens.</param>
    /// <param name="texts">Texts, or tokens.</param>
    /// <param name="truncate">Whether what is too long is cut rather than refused.</param>
    /// <param name="from">Where it is cut.</param>
    /// <exception cref="ApiException">Too many, too long, empty, or not of this vocabulary.</exception>
    public TokenizedText[] Tokenize(HttpContext context, ServedModel model, IReadOnlyList<TextInput> texts, bool truncate, TruncationDirection from = TruncationDirection.Right)
    {
        CheckBatchSize(context, texts.Count);
        return CheckLengths(context, model, [.. texts.Select(text => TokenizeOne(model, text, truncate, from))]);
    }

    /// <summary>Tokens of texts and pairs.</summary>
    /// <inheritdoc cref="Tokenize"/>
    public TokenizedText[] TokenizePairs(HttpContext context, ServedModel model, IReadOnlyList<ModelText> texts, bool truncate, TruncationDirection from)
    {
        CheckBatchSize(context, texts.Count);
        return CheckLengths(context, model, [.. texts.Select(text => text.First.Length + (text.Second?.Length ?? 0) > 0
            ? model.Tokenizer.Encode(text.First, text.Second, truncate ? model.MaxInputLength : null, truncationSide: Cut(from))
            : throw Empty())]);
    }

    /// <exception cref="ApiException">There are none, or more than one request may hold.</exception>
    public void CheckBatchSize(HttpContext context, int texts)
    {
        context.Statistics().Texts = texts;
        if (texts == 0)
        {
            throw Empty();
        }

        if (texts > options.Value.MaxClientBatchSize)
        {
            throw ApiException.TooLarge($"batch size {texts} > maximum allowed batch size {options.Value.MaxClientBatchSize}; send fewer texts at once, or raise the limit of the server (MaxClientBatchSize)");
        }
    }

    /// <exception cref="ApiException">More answers are wanted for each text than make sense, or none.</exception>
    public static void CheckTop(int top, int most)
    {
        if (top < 1 || top > most)
        {
            throw ApiException.InputTooLong($"`top` is {top}; expected 1 to {most}");
        }
    }

    /// <summary>Texts with a prompt of the model's before them; those that are tokens already stay as they are.</summary>
    /// <param name="model">Whose prompts.</param>
    /// <param name="texts">Texts, or tokens.</param>
    /// <param name="name">Of the prompt; null for the model's default one, if it has one.</param>
    /// <exception cref="ApiException">The model has no such prompt.</exception>
    public static IReadOnlyList<TextInput> AddPrompts(ServedModel model, IReadOnlyList<TextInput> texts, string? name)
    {
        try
        {
            return [.. texts.Select(text => text.IsEmpty || text.Text is null ? text : (TextInput)model.Pipelines.Embedder.AddPrompt(text.Text, name))];
        }
        catch (ArgumentException unknown)
        {
            throw ApiException.InputTooLong($"`prompt_name`: {unknown.Message}");
        }
    }

    private static TokenizedText TokenizeOne(ServedModel model, TextInput text, bool truncate, TruncationDirection from)
    {
        int? longest = truncate ? model.MaxInputLength : null;
        if (text.IsEmpty)
        {
            throw Empty();
        }

        if (text.Text is not null)
        {
            return model.Tokenizer.Encode(text.Text, maxLength: longest, truncationSide: Cut(from));
        }

        return text.Ids!.All(id => id >= 0 && id < model.Tokenizer.VocabularySize)
            ? model.Tokenizer.Encode(text.Ids!, longest, Cut(from))
            : throw ApiException.NoTokens($"the tokens are not all of this vocabulary; expected 0 to {model.Tokenizer.VocabularySize - 1}, as /tokenize gives them");
    }

    private static TokenizedText[] CheckLengths(HttpContext context, ServedModel model, TokenizedText[] rows)
    {
        context.Statistics().Tokens = rows.Sum(row => row.Ids.Count);
        int most = rows.Max(row => row.Ids.Count);
        return most <= model.MaxInputLength
            ? rows
            : throw ApiException.TooLarge($"`inputs` must have at most {model.MaxInputLength} tokens. Given: {most}; shorten or split the text, or set `truncate`");
    }

    private static TruncationSide Cut(TruncationDirection from) => from == TruncationDirection.Left ? TruncationSide.Start : TruncationSide.End;

    private static ApiException Empty() => ApiException.InputTooLong("`inputs` cannot be empty");
}

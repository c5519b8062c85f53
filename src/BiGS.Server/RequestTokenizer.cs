using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>Which end of a text that is too long is cut off.</summary>
internal enum TruncationDirection
{
    Right,
    Left,
}

/// <summary>Texts on their way in: counted, held against the limits, and turned into the tokens of a model.</summary>
internal sealed class RequestTokenizer(ServerOptions options)
{
    /// <summary>Tokens of texts.</summary>
    /// <param name="context">Whose facts are told.</param>
    /// <param name="model">Whose tokens.</param>
    /// <param name="texts">Texts, or tokens.</param>
    /// <param name="truncate">Whether what is too long is cut rather than refused.</param>
    /// <param name="from">Where it is cut.</param>
    /// <exception cref="ApiException">Too many, too long, empty, or not of this vocabulary.</exception>
    public TokenizedText[] Rows(HttpContext context, ServedModel model, IReadOnlyList<TextInput> texts, bool truncate, TruncationDirection from = TruncationDirection.Right)
    {
        Count(context, texts.Count);
        return Checked(context, model, [.. texts.Select(text => Row(model, text, truncate, from))]);
    }

    /// <summary>Tokens of texts and pairs.</summary>
    /// <inheritdoc cref="Rows"/>
    public TokenizedText[] Pairs(HttpContext context, ServedModel model, IReadOnlyList<ModelText> texts, bool truncate, TruncationDirection from)
    {
        Count(context, texts.Count);
        return Checked(context, model, [.. texts.Select(text => text.First.Length + (text.Second?.Length ?? 0) > 0
            ? model.Tokenizer.Encode(text.First, text.Second, truncate ? model.MaxInputLength : null, truncationSide: Cut(from))
            : throw Empty())]);
    }

    /// <exception cref="ApiException">There are none, or more than one request may hold.</exception>
    public void Count(HttpContext context, int texts)
    {
        context.Facts().Texts = texts;
        if (texts == 0)
        {
            throw Empty();
        }

        if (texts > options.MaxClientBatchSize)
        {
            throw ApiException.TooLarge($"batch size {texts} > maximum allowed batch size {options.MaxClientBatchSize}; send fewer texts at once, or start the server with a higher --max-client-batch-size");
        }
    }

    /// <exception cref="ApiException">More answers are wanted for each text than make sense, or none.</exception>
    public static void Top(int top, int most)
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
    public static IReadOnlyList<TextInput> Prompted(ServedModel model, IReadOnlyList<TextInput> texts, string? name)
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

    private static TokenizedText Row(ServedModel model, TextInput text, bool truncate, TruncationDirection from)
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

    private static TokenizedText[] Checked(HttpContext context, ServedModel model, TokenizedText[] rows)
    {
        context.Facts().Tokens = rows.Sum(row => row.Ids.Count);
        int most = rows.Max(row => row.Ids.Count);
        return most <= model.MaxInputLength
            ? rows
            : throw ApiException.TooLarge($"`inputs` must have at most {model.MaxInputLength} tokens. Given: {most}; shorten or split the text, or set `truncate`");
    }

    private static TruncationSide Cut(TruncationDirection from) => from == TruncationDirection.Left ? TruncationSide.Start : TruncationSide.End;

    private static ApiException Empty() => ApiException.InputTooLong("`inputs` cannot be empty");
}

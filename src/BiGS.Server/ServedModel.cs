using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>A text with masks, and how many words are wanted for each.</summary>
internal readonly record struct MaskedText(TextRow Row, int Top);

/// <summary>A text with masks, and words whose likelihood there is asked for.</summary>
internal readonly record struct WeighedText(TextRow Row, IReadOnlyList<string> Words);

/// <summary>A question to a text, and how many answers are wanted at least.</summary>
internal readonly record struct RankedQuestion(TokenizedQuestion Asked, int Top);

/// <summary>A model that is loaded, and a lane to the reader for all that its head can do; null where it cannot.</summary>
internal sealed class ServedModel
{
    public ServedModel(string name, ModelPipelines pipelines, Precision precision, BatchScheduler reader)
    {
        Name = name;
        Pipelines = pipelines;
        Precision = precision;
        Vectors = reader.CreateQueue<TokenizedText, float[]>(rows => pipelines.Embedder.EmbedTokenized(rows, normalize: false));
        TokenVectors = reader.CreateQueue<TokenizedText, float[][]>(rows => pipelines.Embedder.EmbedTokens(rows));
        Classes = pipelines.Classifier is { } classifier ? reader.CreateQueue<TokenizedText, Classification>(rows => classifier.ClassifyTokenized(rows)) : null;
        Tags = pipelines.Tagger is { } tagger ? reader.CreateQueue<TextRow, IReadOnlyList<TaggedWord>>(rows => tagger.TagTokenized(rows)) : null;
        Fills = pipelines.FillMask is { } fillMask
            ? reader.CreateQueue<MaskedText, IReadOnlyList<MaskedWord>>(texts => Fill(fillMask, texts))
            : null;
        Weights = pipelines.FillMask is { } weighing
            ? reader.CreateQueue<WeighedText, IReadOnlyList<double?[]>>(texts => Weigh(weighing, texts))
            : null;
        Answers = pipelines.Answerer is { } answerer
            ? reader.CreateQueue<RankedQuestion, AnswerResult>(asked => answerer.AnswerTokenized([.. asked.Select(one => one.Asked)], asked.Max(one => one.Top)))
            : null;
    }

    /// <summary>What requests call it.</summary>
    public string Name { get; }

    public ModelPipelines Pipelines { get; }

    public Precision Precision { get; }

    public BertTokenizer Tokenizer => Pipelines.Tokenizer;

    /// <summary>Tokens of the longest text that it reads.</summary>
    public int MaxInputLength => Pipelines.MaxTokens;

    /// <summary>Means of the hidden states, of whatever length.</summary>
    public BatchQueue<TokenizedText, float[]> Vectors { get; }

    public BatchQueue<TokenizedText, float[][]> TokenVectors { get; }

    public BatchQueue<TokenizedText, Classification>? Classes { get; }

    public BatchQueue<TextRow, IReadOnlyList<TaggedWord>>? Tags { get; }

    public BatchQueue<MaskedText, IReadOnlyList<MaskedWord>>? Fills { get; }

    public BatchQueue<WeighedText, IReadOnlyList<double?[]>>? Weights { get; }

    public BatchQueue<RankedQuestion, AnswerResult>? Answers { get; }

    /// <summary>Whether it is one number that it says of a pair of texts.</summary>
    public bool Ranks => Classes is not null && Pipelines.Config.NumLabels == 1;

    /// <summary>Reads rows of tokens.</summary>
    /// <exception cref="ApiException">Reading failed.</exception>
    public static Task<TAnswer[]> RunAsync<TAnswer>(BatchQueue<TokenizedText, TAnswer> lane, IEnumerable<TokenizedText> rows, CancellationToken cancellationToken) =>
        RunAsync(lane, rows, row => row.Ids.Count, cancellationToken);

    /// <inheritdoc cref="RunAsync{TAnswer}(BatchQueue{TokenizedText, TAnswer}, IEnumerable{TokenizedText}, CancellationToken)"/>
    public static async Task<TAnswer[]> RunAsync<TText, TAnswer>(
        BatchQueue<TText, TAnswer> lane, IEnumerable<TText> texts, Func<TText, int> tokens, CancellationToken cancellationToken)
    {
        try
        {
            return await lane.RunAllAsync(texts, tokens, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new ApiException(StatusCodes.Status424FailedDependency, ErrorType.Backend, "the model failed to read the texts; the server's log says where", failure);
        }
    }

    /// <summary>As many words for each text as any of them wants; each takes the first that it asked for.</summary>
    private static IReadOnlyList<MaskedWord>[] Fill(FillMask fillMask, IReadOnlyList<MaskedText> texts) =>
    [
        .. fillMask.FillTokenized([.. texts.Select(text => text.Row)], texts.Max(text => text.Top)).Zip(texts, (words, text) =>
            (IReadOnlyList<MaskedWord>)[.. words.Select(word => word with { Candidates = [.. word.Candidates.Take(text.Top)] })]),
    ];

    /// <summary>All words that any text asks for; each takes those that it asked for.</summary>
    private static IReadOnlyList<double?[]>[] Weigh(FillMask fillMask, IReadOnlyList<WeighedText> texts)
    {
        string[] words = [.. texts.SelectMany(text => text.Words).Distinct()];
        return [.. fillMask.TokenizedWordProbabilities([.. texts.Select(text => text.Row)], words).Zip(texts, (masks, text) =>
            (IReadOnlyList<double?[]>)[.. masks.Select(mask => text.Words.Select(word => mask[Array.IndexOf(words, word)]).ToArray())])];
    }
}

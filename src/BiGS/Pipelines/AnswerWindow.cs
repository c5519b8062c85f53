using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>
/// Part of a text behind a question, as a row that a model reads: [CLS] question [SEP] part [SEP]. A text that is too long is read through windows that
/// overlap, so that what answers a question stands whole in one of them.
/// </summary>
/// <param name="Ids">The row.</param>
/// <param name="Second">Where the part begins in the row.</param>
/// <param name="First">The token of the text that the part begins with.</param>
/// <param name="Count">Tokens of the part.</param>
internal sealed record AnswerWindow(int[] Ids, int Second, int First, int Count)
{
    /// <summary>Tokens of a row where nobody says how many.</summary>
    public const int DefaultLength = 512;

    private const int LongestQuestion = 64;
    private const int LongestStride = 128;

    /// <summary>A text through as many windows as it needs, one at least.</summary>
    /// <param name="question">Cut after 64 tokens, or after half of the row.</param>
    /// <param name="text">Without special tokens.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="maxLength">Tokens of a row.</param>
    public static IEnumerable<AnswerWindow> Create(string question, TokenizedText text, BertTokenizer tokenizer, int maxLength)
    {
        List<int> tokens = [];
        tokenizer.EncodeIds(question, tokens);
        return Create(tokens, text, tokenizer.Vocabulary, maxLength);
    }

    /// <summary>A text through as many windows as it needs, one at least.</summary>
    /// <param name="question">Tokens, cut after 64, or after half of the row.</param>
    /// <param name="text">Without special tokens.</param>
    /// <param name="words">The model's vocabulary.</param>
    /// <param name="maxLength">Tokens of a row.</param>
    public static IEnumerable<AnswerWindow> Create(IReadOnlyList<int> question, TokenizedText text, WordPieceVocabulary words, int maxLength)
    {
        int[] asked = [.. question.Take(QuestionLength(question.Count, maxLength))];
        int second = asked.Length + 2;
        (int room, int stride) = Layout(asked.Length, maxLength);
        for (int first = 0; ; first += stride)
        {
            int[] part = [.. text.Ids.Skip(first).Take(room)];
            yield return new AnswerWindow([words.ClassificationId, .. asked, words.SeparatorId, .. part, words.SeparatorId], second, first, part.Length);
            if (first + room >= text.Ids.Count)
            {
                yield break;
            }
        }
    }

    /// <summary>At most the tokens of all windows of a text.</summary>
    /// <param name="question">Tokens of the question.</param>
    /// <param name="text">Tokens of the text.</param>
    /// <param name="maxLength">Tokens of a row.</param>
    public static long CountTokens(int question, int text, int maxLength)
    {
        (int room, int stride) = Layout(QuestionLength(question, maxLength), maxLength);
        long more = (Math.Max(0, text - room) + stride - 1) / stride;
        return more == 0 ? maxLength - room + text : (more + 1) * maxLength;
    }

    private static int QuestionLength(int question, int maxLength) => Math.Min(question, Math.Min(LongestQuestion, maxLength / 2));

    /// <summary>How many tokens of the text a window has room for, and how far the next one begins behind it.</summary>
    private static (int Room, int Stride) Layout(int question, int maxLength)
    {
        int room = maxLength - question - 3;
        return (room, Math.Max(1, Math.Min(LongestStride, room / 2)));
    }
}

/// <summary>What a model says to a window: how much speaks for each position as the first or the last of an answer.</summary>
/// <param name="Starts">Logits of the row's positions, padding allowed.</param>
/// <param name="Ends">The same of ends.</param>
internal sealed record WindowLogits(float[] Starts, float[] Ends);

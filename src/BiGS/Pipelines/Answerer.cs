using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>A question to a text.</summary>
/// <param name="Question">One sentence.</param>
/// <param name="Text">Of any length.</param>
public readonly record struct QuestionContext(string Question, string Text);

/// <summary>A question to a text, both tokenised without special tokens.</summary>
/// <param name="Text">The text.</param>
/// <param name="Question">Tokens of the question.</param>
/// <param name="TextTokens">Tokens of the text.</param>
internal sealed record TokenizedQuestion(string Text, IReadOnlyList<int> Question, TokenizedText TextTokens);

/// <summary>A stretch of a text that may answer a question.</summary>
/// <param name="Text">As the text has it.</param>
/// <param name="Probability">Its share among all stretches of the text, and "no answer" where the model was trained to say so.</param>
/// <param name="Start">Where it begins in the text, in UTF-16 code units.</param>
/// <param name="End">Where it ends, exclusive.</param>
public sealed record AnswerCandidate(string Text, double Probability, int Start, int End);

/// <summary>What a model finds for a question.</summary>
/// <param name="Candidates">The likeliest first, each wording once.</param>
/// <param name="NoAnswerProbability">The share of "the text does not say"; null where the model was not trained to say so.</param>
/// <param name="Best">The first candidate; null where the model says that the text holds no answer.</param>
public sealed record AnswerResult(IReadOnlyList<AnswerCandidate> Candidates, double? NoAnswerProbability, AnswerCandidate? Best);

/// <summary>
/// Answers to questions, found in texts of any length by a model that was fine-tuned for it (SQuAD): a long text is read through windows that overlap, all
/// of them in batches of similar length. Neither company nor order changes an answer. Several threads may use one.
/// </summary>
public sealed class Answerer : IDisposable
{
    internal const string Head = ModelHeads.QuestionAnswering;
    private const int ShortestWindow = 8;

    private readonly TextModel _model;
    private readonly int _window;

    internal Answerer(TextModel model, int? window = null)
    {
        _model = model;
        _window = window ?? Math.Min(model.Config.MaxPositionEmbeddings, AnswerWindow.DefaultLength);
    }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>Whether the model was trained to find that a text holds no answer.</summary>
    public bool CanAbstain => _model.Session.NoAnswerThreshold is not null;

    /// <summary>Opens a folder that fine-tuning left.</summary>
    /// <param name="folder">config.json, weights, and vocab.txt or tokenizer.json.</param>
    /// <param name="options">What computes, and where the tokenizer is.</param>
    /// <param name="window">Tokens of a window; null for the model's positions, at most 512, as fine-tuning reads.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model with another head, or one that is not trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A window is shorter than 8 tokens, or longer than the model.</exception>
    public static Answerer Open(string folder, OpenOptions? options = null, int? window = null)
    {
        TextModel model = TextModel.Open(folder, options, Head);
        var answerer = new Answerer(model, window);
        if (answerer._window >= ShortestWindow && answerer._window <= model.LongestRow)
        {
            return answerer;
        }

        model.Dispose();
        throw new ArgumentOutOfRangeException(
            nameof(window), $"a window of {answerer._window} tokens is asked for; this model reads from {ShortestWindow} to {model.LongestRow}.");
    }

    /// <summary>Answers questions.</summary>
    /// <param name="questions">In any order; a text that comes more than once is tokenised once.</param>
    /// <param name="top">How many candidates each.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One answer per question, in their order.</returns>
    /// <exception cref="ArgumentException">A question or a text is empty.</exception>
    public IReadOnlyList<AnswerResult> Answer(IReadOnlyList<QuestionContext> questions, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return AnswerTokenized(Tokenize(questions), top, cancellationToken);
    }

    /// <summary>Tokenises questions and their texts.</summary>
    /// <param name="questions">In any order; a text that comes more than once is tokenised once.</param>
    /// <exception cref="ArgumentException">A question or a text is empty.</exception>
    internal IReadOnlyList<TokenizedQuestion> Tokenize(IReadOnlyList<QuestionContext> questions)
    {
        var texts = new Dictionary<string, TokenizedText>();
        var tokenized = new TokenizedQuestion[questions.Count];
        for (int q = 0; q < tokenized.Length; q++)
        {
            QuestionContext asked = questions[q];
            if (string.IsNullOrWhiteSpace(asked.Question) || string.IsNullOrWhiteSpace(asked.Text))
            {
                throw new ArgumentException($"question {q + 1} of {questions.Count}: the {(string.IsNullOrWhiteSpace(asked.Question) ? "question" : "text")} is empty; give a question and a text to look for its answer in.");
            }

            if (!texts.TryGetValue(asked.Text, out TokenizedText? text))
            {
                text = texts[asked.Text] = _model.Tokenizer.Encode(asked.Text, addSpecialTokens: false);
            }

            List<int> question = [];
            _model.Tokenizer.EncodeIds(asked.Question, question);
            tokenized[q] = new TokenizedQuestion(asked.Text, question, text);
        }

        return tokenized;
    }

    /// <summary>Answers questions that are tokenised already.</summary>
    /// <param name="questions">As <see cref="Tokenize"/> gives them, in any order.</param>
    /// <param name="top">How many candidates each.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One answer per question, in their order.</returns>
    internal IReadOnlyList<AnswerResult> AnswerTokenized(IReadOnlyList<TokenizedQuestion> questions, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        IReadOnlyList<AnswerWindow>[] windows = [.. questions.Select(Windows)];
        var read = new Queue<WindowLogits>(ReadWindows([.. windows.SelectMany(all => all)], cancellationToken));
        return [.. questions.Zip(windows, (asked, own) => Find(asked, [.. own.Select(window => (window, read.Dequeue()))], top))];
    }

    /// <summary>The windows through which the text of a question is read.</summary>
    internal IReadOnlyList<AnswerWindow> Windows(TokenizedQuestion asked) => [.. AnswerWindow.Create(asked.Question, asked.TextTokens, _model.Tokenizer.Vocabulary, _window)];

    /// <summary>Tokens of all windows through which the text of a question is read.</summary>
    internal long CountWindowTokens(TokenizedQuestion asked) => AnswerWindow.CountTokens(asked.Question.Count, asked.TextTokens.Ids.Count, _window);

    /// <summary>What the model says to windows.</summary>
    /// <param name="windows">Of any questions, in any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Of each window, in their order.</returns>
    internal IReadOnlyList<WindowLogits> ReadWindows(IReadOnlyList<AnswerWindow> windows, CancellationToken cancellationToken = default) =>
        _model.ReadRows([.. windows.Select(window => TokenRow.Pair(window.Ids, window.Second))], Logits, cancellationToken);

    /// <summary>The answers to a question.</summary>
    /// <param name="asked">The question and its text.</param>
    /// <param name="windows">All windows of the text, and what the model said to each.</param>
    /// <param name="top">How many candidates.</param>
    internal AnswerResult Find(TokenizedQuestion asked, IReadOnlyList<(AnswerWindow Window, WindowLogits Logits)> windows, int top)
    {
        var search = new AnswerSearch(asked.TextTokens.Ids.Count);
        foreach ((AnswerWindow window, WindowLogits logits) in windows)
        {
            search.Add(window, logits.Starts, logits.Ends);
        }

        return Found(search, asked.TextTokens, asked.Text, top);
    }

    public void Dispose() => _model.Dispose();

    private IEnumerable<WindowLogits> Logits(Batch batch)
    {
        IReadOnlyList<OutputTensor> logits = _model.Session.Compute(batch, ModelOutputs.StartLogits, ModelOutputs.EndLogits); // (b, l) each
        return Enumerable.Range(0, batch.Rows).Select(row => new WindowLogits(logits[0].Row(row).ToArray(), logits[1].Row(row).ToArray()));
    }

    private AnswerResult Found(AnswerSearch search, TokenizedText tokens, string text, int top)
    {
        double total = search.LogSumExp();
        double? none = null;
        if (CanAbstain)
        {
            double most = Math.Max(total, search.NoAnswer);
            total = most + Math.Log(Math.Exp(total - most) + Math.Exp(search.NoAnswer - most));
            none = Math.Exp(search.NoAnswer - total);
        }

        AnswerCandidate[] candidates =
        [
            .. search.BestFirst().Select(stretch => (stretch.Score, tokens.Offsets[stretch.First].Start, tokens.Offsets[stretch.Last].End))
                .DistinctBy(stretch => text[stretch.Start..stretch.End]).Take(top)
                .Select(stretch => new AnswerCandidate(text[stretch.Start..stretch.End], Math.Exp(stretch.Score - total), stretch.Start, stretch.End)),
        ];
        bool isThere = candidates.Length > 0 && !(search.NoAnswer - search.Best()!.Value.Score > _model.Session.NoAnswerThreshold);
        return new AnswerResult(candidates, none, isThere ? candidates[0] : null);
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The stretch of a text that answers a question, as in SQuAD (Rajpurkar et al. 2016, 2018). A text that is too long is read through windows that overlap;
/// the best stretch of all of them counts. Position 0, [CLS], stands for "no answer here".
/// </summary>
public sealed class QuestionAnswering : TaskKind
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.QuestionAnswering;

    /// <inheritdoc/>
    public override string BestMetric => "f1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> SavedMetrics => [ConfigFile.NoAnswerThresholdKey];

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        var windows = new List<Window>();
        QuestionExample[] questions = [.. paths.SelectMany(path => QuestionExample.Read(path, Tables))];
        var texts = new Dictionary<string, TokenizedText>(); // a text has many questions
        for (int q = 0; q < questions.Length; q++)
        {
            if (!texts.TryGetValue(questions[q].Context, out TokenizedText? context))
            {
                context = texts[questions[q].Context] = rows.Tokenizer.Encode(questions[q].Context, addSpecialTokens: false);
                rows.CountPieces(context.Ids);
            }

            windows.AddRange(Windows(q, questions[q], context, rows));
        }

        return questions.Length > 0 ? new Answered(questions, windows) : throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no question");
    }

    private static IEnumerable<Window> Windows(int number, QuestionExample question, TokenizedText context, RowBuilder rows) =>
        AnswerWindow.Create(question.Question, context, rows.Tokenizer, rows.MaxLength).Select(part => new Window(
            number, part, context, new Sample([TokenRow.Pair(part.Ids, part.Second)], Wanted(question, context, part.First, part.Count, part.Second))));

    /// <summary>The first answer, where this window holds all of it; null where no answer is known.</summary>
    private static SpanTarget? Wanted(QuestionExample question, TokenizedText context, int first, int count, int second)
    {
        if (question.Answers is not [_, ..])
        {
            return question.Answers is null ? null : new SpanTarget(0, 0);
        }

        (string text, int start) = question.Answers[0];
        int from = -1;
        int to = -1;
        for (int i = first; i < first + count; i++)
        {
            (int begin, int end) = context.Offsets[i];
            from = from < 0 && end > start ? i : from;
            to = begin < start + text.Length ? i : to;
        }

        bool isWhole = from >= 0 && to >= from && context.Offsets[from].Start <= start && context.Offsets[to].End >= start + text.Length;
        return isWhole ? new SpanTarget(second + from - first, second + to - first) : new SpanTarget(0, 0);
    }

    /// <param name="Question">Its number.</param>
    /// <param name="Part">Which part of the text it shows.</param>
    /// <param name="Context">The whole text.</param>
    /// <param name="Sample">The row.</param>
    private sealed record Window(int Question, AnswerWindow Part, TokenizedText Context, Sample Sample);

    /// <summary>The best answer to a question, and how much likelier none is.</summary>
    private sealed record Guess(string Text, double Score, double NoAnswer);

    private sealed class Answered(IReadOnlyList<QuestionExample> questions, IReadOnlyList<Window> windows) : LabelledExamples
    {
        private bool HasUnanswerable => questions.Any(question => question.Answers is not [_, ..]);

        public override int Count => questions.Count;

        internal override IReadOnlyList<Sample> Samples { get; } = [.. windows.Select(window => window.Sample)];

        public override string? PredictionHeader => null;

        public override bool IsLabelled(int example) => questions[example].Answers is not null;

        public override LabelledExamples Subset(Func<int, bool> chosen)
        {
            int[] kept = [.. Enumerable.Range(0, Count).Where(chosen)];
            ILookup<int, Window> byQuestion = windows.ToLookup(window => window.Question);
            return new Answered([.. kept.Select(q => questions[q])], [.. kept.SelectMany((q, place) =>
                byQuestion[q].Select(window => window with { Question = place }))]);
        }

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            Guess[] guesses = Best(answers);
            string[][] truths = [.. questions.Select(question => question.Answers is [_, ..] ? question.Answers.Select(answer => answer.Text).ToArray() : [""])];
            if (!HasUnanswerable)
            {
                return Figures(task, truths, [.. guesses.Select(guess => guess.Text)], new Dictionary<string, double>());
            }

            (double threshold, _) = AnswerMatch.BestThreshold([.. guesses.Select((guess, q) =>
                (guess.NoAnswer - guess.Score, AnswerMatch.F1(guess.Text, truths[q]), AnswerMatch.F1("", truths[q])))]);
            string[] texts = [.. guesses.Select(guess => guess.NoAnswer - guess.Score > threshold ? "" : guess.Text)];
            return Figures(task, truths, texts, new Dictionary<string, double> { [ConfigFile.NoAnswerThresholdKey] = threshold });
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers)
        {
            var predictions = Best(answers).Select((guess, q) => (questions[q].Id, Text: HasUnanswerable && guess.NoAnswer > guess.Score ? "" : guess.Text))
                .DistinctBy(guess => guess.Id).ToDictionary(guess => guess.Id, guess => guess.Text);
            yield return JsonSerializer.Serialize(predictions, Readable);
        }

        /// <summary>The first words of the text.</summary>
        public override IReadOnlyList<float[]> Baseline(LabelledExamples train) => [.. windows.Select(window =>
        {
            float[] logits = new float[2 * window.Sample.Length];
            logits[window.Part.Second] = logits[window.Sample.Length + Math.Min(window.Part.Second + 2, window.Sample.Length - 2)] = 1;
            return logits;
        })];

        private Score Figures(string task, string[][] truths, string[] texts, IReadOnlyDictionary<string, double> more)
        {
            double[] exact = [.. texts.Select((text, q) => AnswerMatch.Exact(text, truths[q]))];
            double[] f1 = [.. texts.Select((text, q) => AnswerMatch.F1(text, truths[q]))];
            Score score = BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                ["exact_match"] = chosen => chosen.Average(q => exact[q]),
                ["f1"] = chosen => chosen.Average(q => f1[q]),
            });
            return score with { Metrics = score.Metrics.Concat(more).ToDictionary(figure => figure.Key, figure => figure.Value) };
        }

        private Guess[] Best(IReadOnlyList<float[]> answers)
        {
            var best = new Guess[questions.Count];
            foreach (IGrouping<int, int> ofOne in Enumerable.Range(0, windows.Count).GroupBy(w => windows[w].Question))
            {
                IReadOnlyList<(int Start, int End)> offsets = windows[ofOne.First()].Context.Offsets;
                var search = new AnswerSearch(offsets.Count);
                foreach (int w in ofOne)
                {
                    search.Add(windows[w].Part, answers[w].AsSpan(0, answers[w].Length / 2), answers[w].AsSpan(answers[w].Length / 2));
                }

                best[ofOne.Key] = new Guess("", double.NegativeInfinity, search.NoAnswer);
                if (search.Best() is { } stretch)
                {
                    best[ofOne.Key] = best[ofOne.Key] with { Text = questions[ofOne.Key].Context[offsets[stretch.First].Start..offsets[stretch.Last].End], Score = stretch.Score };
                }
            }

            return best;
        }
    }
}

using System.Globalization;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Torch.Inference;
using BiGS.Torch.Models;
using BiGS.Training;
using BiGS.Training.Evaluation;
using TorchSharp;

namespace BiGS.Cli.Output;

/// <summary>A pretraining run in words: what starts, and what came out.</summary>
internal static class PretrainingReport
{
    private const int FillsShown = 3;

    public static string Plan(PretrainingPlan plan, string folder)
    {
        PretrainingOptions run = plan.Options;
        string text = run.Corpus.Count == 0 ? "the built-in grammar" : string.Join(", ", run.Corpus.Select((path, source) => Path.GetFileName(path) + Share(run.Weights, source)));
        (Precision fast, string because) = FastPrecision.Select(new torch.Device(plan.Device));
        string reason = fast == run.Training.Precision ? $" ({because})" : "";
        string start = plan.StartStep > 0 ? $", going on after step {plan.StartStep:N0}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Upper(run.Model.Architecture)} × {Upper(run.Model.Routing)}, {plan.Parameters / 1e6:f2} M parameters, {plan.VocabularySize:N0} words; "
            + $"{text}: {plan.TrainRows:N0} rows of {run.MaxLength}, {plan.HeldOutRows:N0} held out; "
            + $"{run.Training.Steps:N0} steps of {run.BatchSize * run.Training.Accumulate} rows in {run.Training.Precision.ToString().ToLowerInvariant()}{reason} "
            + $"on {plan.Device}{(plan.Ranks is null ? "" : $", {plan.Ranks}")}{start}; log in {folder}/{RunLog.FileName}");
    }

    public static void Show(Terminal terminal, string folder, PretrainingResult result, bool json)
    {
        if (json)
        {
            Json(terminal, folder, result);
            return;
        }

        HeldOutScore score = result.HeldOut!;
        List<(string, string, string)> figures =
        [
            ("loss", $"{score.Loss:f3}", "nats per masked token"),
            ("perplexity", $"{score.Perplexity:f2}", ""),
            ("accuracy", $"{score.Accuracy:P1}", "of the masked tokens guessed right"),
            ("unigram guesser", $"{result.Baseline!.Unigram:P1}", "always the commonest token"),
            ("bigram guesser", $"{result.Baseline.Bigram:P1}", "the likeliest after the left or before the right neighbour"),
        ];
        figures.AddRange(result.Agreement.Select(agreement => (
            $"verbs, {agreement.Attractors} attractor{(agreement.Attractors == 1 ? "" : "s")}", $"{agreement.Accuracy:P1}", $"in the right number, of {agreement.Count:N0}")));
        terminal.Show(new FigureTable("held-out text", figures, $"{score.Count:N0} masked tokens; the best checkpoint, of step {result.State.BestStep:N0}, is {folder}"));
        foreach (string fill in Fills(folder, result.Samples))
        {
            terminal.Line(fill);
        }

        if (!result.WasComplete)
        {
            terminal.Note(string.Create(CultureInfo.InvariantCulture, $"took {result.Elapsed:h\\:mm\\:ss}, waiting for data {result.WaitTime / result.Elapsed:P2} of it"));
            if (result.Communication is { } communication)
            {
                terminal.Note(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{communication.Description}: waiting for each other {communication.WaitTime / result.Elapsed:P1} of the time, messages on their way {communication.BusyTime / result.Elapsed:P1}"));
            }
        }

        terminal.Note($"try: bigs fill-mask --model {folder} \"… [MASK] …\"");
    }

    private static string Share(IReadOnlyList<double> weights, int source) =>
        weights.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({weights[source] / weights.Sum():P0})").Replace(" %", "%", StringComparison.Ordinal);

    private static IEnumerable<string> Fills(string folder, IReadOnlyList<string> samples)
    {
        using FillMask fill = FillMask.Open(folder, new OpenOptions { Backend = new TorchBackend() });
        foreach (string sample in samples.Take(FillsShown))
        {
            MaskedWord word = fill.Fill(sample, top: 3)[0];
            yield return $"  {sample}  →  {string.Join(", ", word.Candidates.Select(c => $"{c.Token} {c.Probability:P0}"))}";
        }
    }

    private static void Json(Terminal terminal, string folder, PretrainingResult result) => terminal.Json(json =>
    {
        json.WriteString("out", folder);
        json.WriteNumber("step", result.State.Step);
        json.WriteNumber("best_step", result.State.BestStep);
        json.WriteNumber("tokens", result.State.Tokens);
        json.WriteNumber("seconds", result.Elapsed.TotalSeconds);
        json.WriteNumber("waited_seconds", result.WaitTime.TotalSeconds);
        if (result.Communication is { } communication)
        {
            json.WriteString("ranks", communication.Description);
            json.WriteNumber("communication_seconds", communication.WaitTime.TotalSeconds);
        }

        json.WriteStartObject("metrics");
        json.WriteNumber("loss", result.HeldOut!.Loss);
        json.WriteNumber("accuracy", result.HeldOut.Accuracy);
        json.WriteNumber("perplexity", result.HeldOut.Perplexity);
        json.WriteNumber("unigram_accuracy", result.Baseline!.Unigram);
        json.WriteNumber("bigram_accuracy", result.Baseline.Bigram);
        json.WriteEndObject();
        json.WriteNumber("count", result.HeldOut.Count);
        json.WriteStartArray("agreement");
        foreach (AgreementScore agreement in result.Agreement)
        {
            json.WriteStartObject();
            json.WriteNumber("attractors", agreement.Attractors);
            json.WriteNumber("accuracy", agreement.Accuracy);
            json.WriteNumber("count", agreement.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Upper<T>(T name)
        where T : struct, Enum => name.ToString().ToUpperInvariant();
}

using System.Globalization;
using BiGS.Training.Studies;

namespace BiGS.Cli.Reports;

/// <summary>
/// What a study found, in a paragraph of figures: who learned most, whether the first contestant differs from its rival by more than the seeds differ among
/// themselves, and what the paper said.
/// </summary>
internal static class StudyFindings
{
    private const string Bigs = "gated-ssm";
    private const string Bert = "stack-attention";
    private const string StackSsm = "stack-ssm";

    public static string Of(StudyResults results)
    {
        var sentences = new List<string> { Order(results) };
        if (results.Options.Comparison == "paper")
        {
            sentences.AddRange(Paper(results));
        }
        else
        {
            sentences.AddRange(results.Models.Skip(1).Select(model => Versus(results, results.Models[0], model)));
        }

        return string.Join(" ", sentences);
    }

    /// <summary>Who ended at the lowest loss.</summary>
    private static string Order(StudyResults results)
    {
        IEnumerable<string> order = results.Models
            .Select(model => (model.Name, Loss: results.Summarize(model.Key, c => c.Loss)!.Value))
            .OrderBy(model => model.Loss.Mean)
            .Select(model => $"{model.Name} {Number(model.Loss, 3)}");
        double tokens = results.Checkpoints.Max(c => c.Tokens) / 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"After {tokens:g2} million tokens each ({results.Options.Seeds.Count} seed{(results.Options.Seeds.Count == 1 ? "" : "s")}), held-out loss, lowest first: {string.Join(", ", order)}.");
    }

    /// <summary>The paper's claims, one by one, as they stand here.</summary>
    private static IEnumerable<string> Paper(StudyResults results)
    {
        ModelFigures bigs = results.Models.Single(model => model.Key == Bigs);
        ModelFigures bert = results.Models.Single(model => model.Key == Bert);
        yield return Versus(results, bigs, bert);
        if (Both(results, c => c.AcrossAttractors, Bigs, Bert) is var (mine, theirs))
        {
            yield return $"Across attractors the verb has the right number in {Percent(mine)} of cases against BERT's {Percent(theirs)}"
                + $" ({Judged(mine, theirs, "the paper's small lead in agreement holds", "the paper's small lead in agreement turns round", "the seeds do not tell them apart")}).";
        }

        foreach (string task in results.Tasks)
        {
            if (Both(results, c => c.Value(task), Bigs, StackSsm) is var (gated, stack))
            {
                yield return $"Fine-tuned for {task}, BiGS reaches {Percent(gated)}, STACK × SSM {Percent(stack)} and BERT {Percent(results.Summarize(Bert, c => c.Value(task))!.Value)}"
                    + $" ({Judged(gated, stack, "gating helps, as in the paper", "gating does not help here, unlike in the paper", "with or without gates: no difference beyond the seeds'")}).";
            }

            if (Both(results, c => Fall(c, task), Bigs, StackSsm) is var (gatedFall, stackFall))
            {
                yield return $"A text put between the pair costs BiGS {Points(gatedFall)} points and STACK × SSM {Points(stackFall)}"
                    + $" ({Judged(stackFall, gatedFall, "gates look past it, as in the paper", "gates do not help against it here", "no difference beyond the seeds'")}).";
            }
        }
    }

    private static string Versus(StudyResults results, ModelFigures mine, ModelFigures other)
    {
        (SeedSummary loss, SeedSummary theirs) = (results.Summarize(mine.Key, c => c.Loss)!.Value, results.Summarize(other.Key, c => c.Loss)!.Value);
        string gap = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(loss.Mean - theirs.Mean):f3} nats");
        return Judged(
            theirs, loss, $"{mine.Name} ends {gap} below {other.Name}, more than the seeds differ.", $"{mine.Name} ends {gap} above {other.Name}, more than the seeds differ.",
            $"{mine.Name} and {other.Name} end {gap} apart, {(loss.Count > 1 ? "no more than the seeds differ" : "and one seed does not tell luck from merit")}.");
    }

    private static string Judged(SeedSummary larger, SeedSummary smaller, string holds, string turns, string open) =>
        !larger.IsApartFrom(smaller) ? open : larger.Mean > smaller.Mean ? holds : turns;

    private static (SeedSummary, SeedSummary)? Both(StudyResults results, Func<CheckpointFigures, double?> figure, string one, string other) =>
        results.Summarize(one, figure) is { } a && results.Summarize(other, figure) is { } b ? (a, b) : null;

    /// <summary>What distraction takes away.</summary>
    private static double? Fall(CheckpointFigures checkpoint, string task) => checkpoint.Value(task) - checkpoint.DistractedValue(task);

    /// <summary>The mean, and in brackets the seeds' ends.</summary>
    public static string Number(SeedSummary spread, int digits)
    {
        string format = "f" + digits;
        string Of(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return spread.Low < spread.High ? $"{Of(spread.Mean)} ({Of(spread.Low)}–{Of(spread.High)})" : Of(spread.Mean);
    }

    private static string Percent(SeedSummary spread) => Number(Hundredfold(spread), 1) + " %";

    private static string Points(SeedSummary spread) => Number(Hundredfold(spread), 1);

    private static SeedSummary Hundredfold(SeedSummary share) => share with { Mean = 100 * share.Mean, Low = 100 * share.Low, High = 100 * share.High };
}

using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>
/// A kind of question: which head answers it, how its examples are read from files and laid out as rows. A task (one row of <see cref="TaskTable"/>) is a
/// kind with its files and columns.
/// </summary>
public abstract class TaskKind
{
    /// <summary>The head, as config.json names it.</summary>
    public abstract string Architecture { get; }

    /// <summary>The figure that says which epoch was best; more is better.</summary>
    public abstract string BestMetric { get; }

    /// <summary>Whether only a model that was tuned for it can answer.</summary>
    public virtual bool NeedsTuning => true;

    /// <summary>Figures that answering needs later, and that config.json keeps under their names.</summary>
    public virtual IReadOnlyList<string> SavedMetrics => [];

    /// <summary>How tables are read where their files do not say.</summary>
    protected TableOptions Tables { get; private set; } = new();

    /// <summary>The same, with what a reader remarks kept for the end of the run: where a file is refused, its error stands alone.</summary>
    private protected TableOptions TablesWithWarningsIn(RowBuilder rows) => Tables with { Warn = remark => rows.Warn(rows.Warnings.Contains(remark) ? [] : [remark]) };

    /// <summary>The same kind, with tables read by these options.</summary>
    public TaskKind WithTables(TableOptions tables)
    {
        var copy = (TaskKind)MemberwiseClone();
        copy.Tables = tables;
        return copy;
    }

    /// <summary>The classes or tags that occur in files, in the order of their numbers; empty for kinds without.</summary>
    /// <exception cref="InvalidDataException">A file is not as it should be.</exception>
    public virtual IReadOnlyList<string> FindLabels(IEnumerable<string> paths) => [];

    /// <summary>The figure that compares epochs on these examples.</summary>
    /// <exception cref="InvalidDataException">They cannot compare any.</exception>
    public virtual string BestMetricOf(LabelledExamples validation) => BestMetric;

    /// <summary>Whether a model with the task's head gives answers of this kind: a head of sequences gives classes or one value.</summary>
    public virtual bool Accepts(BiGSConfig config) => true;

    /// <summary>What the head needs of the configuration.</summary>
    public virtual BiGSConfig Configure(BiGSConfig config, IReadOnlyList<string> labels) => labels.Count > 0 ? config with { NumLabels = labels.Count } : config;

    /// <summary>Reads the examples of some files, in order.</summary>
    /// <param name="paths">Read one after the other.</param>
    /// <param name="labels">The known classes or tags.</param>
    /// <param name="rows">Makes rows of texts.</param>
    /// <exception cref="InvalidDataException">A file is not as it should be, or has a label that is not known: says where.</exception>
    internal abstract LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows);

    /// <summary>Reads what is learned from, where that is laid out otherwise than what answers are scored on.</summary>
    /// <param name="paths">Read one after the other.</param>
    /// <param name="labels">The known classes or tags.</param>
    /// <param name="rows">Makes rows of texts.</param>
    /// <param name="limit">So many of them, drawn at random, each class in its share; null for all.</param>
    /// <exception cref="InvalidDataException">A file is not as it should be, or has a label that is not known: says where.</exception>
    internal virtual LabelledExamples ReadTraining(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows, int? limit)
    {
        return Read(paths, labels, rows).Subsample(limit);
    }

    /// <summary>Reads what epochs are compared on: as <see cref="Read"/>, but what training never saw does not stop it where it can count as wrong.</summary>
    /// <inheritdoc cref="Read"/>
    internal virtual LabelledExamples ReadValidation(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows) => Read(paths, labels, rows);

    /// <summary>Sets what the head needs to know of the recipe.</summary>
    /// <param name="model">With the task's head.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="train">What is learned from.</param>
    /// <exception cref="ArgumentException">The recipe does not fit it.</exception>
    public virtual void Prepare(HeadedModel model, FineTuningOptions options, LabelledExamples train)
    {
        if (options.ClassWeights != ClassWeighting.None)
        {
            throw new ArgumentException($"class weights are for texts that belong to classes; a {Architecture} has no use for them as {GetType().Name} tunes it");
        }
    }

    /// <summary>The number of a label.</summary>
    /// <exception cref="InvalidDataException">It is none of the known.</exception>
    private protected static int Number(IReadOnlyList<string> labels, string label, string where)
    {
        int number = labels.ToList().IndexOf(label);
        return number >= 0
            ? number
            : throw new InvalidDataException($"{where}: the label \"{label}\" is none of {string.Join(", ", labels)}, which the model knows; mend the row, or train with it");
    }

    /// <summary>Labels in an order that does not depend on the rows: by value where all are numbers, else by their letters.</summary>
    private protected static IReadOnlyList<string> Ordered(IEnumerable<string> labels)
    {
        string[] all = [.. labels.Distinct()];
        return Array.TrueForAll(all, label => double.TryParse(label, System.Globalization.CultureInfo.InvariantCulture, out _))
            ? [.. all.OrderBy(label => double.Parse(label, System.Globalization.CultureInfo.InvariantCulture))]
            : [.. all.Order(StringComparer.Ordinal)];
    }
}

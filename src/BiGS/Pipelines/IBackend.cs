using BiGS.Batches;
using BiGS.Models;

namespace BiGS.Pipelines;

/// <summary>
/// What computes below a pipeline: rows of ids go in, arrays of numbers come out. Everything around it (tokens, batches, means, probabilities) is the
/// pipelines' own, and the same whoever computes. Several threads may use one.
/// </summary>
internal interface IBackend : IDisposable
{
    /// <summary>The model's shape.</summary>
    BiGSConfig Config { get; }

    /// <summary>The head, as <c>architectures</c> of config.json names it.</summary>
    string Architecture { get; }

    /// <summary>Whether the weights of the head come from the files, and not from a generator.</summary>
    bool HasTrainedHead { get; }

    /// <summary>Class names by index, where config.json has them.</summary>
    IReadOnlyList<string>? Labels { get; }

    /// <summary>Of a model that was trained to find no answer: how much likelier that must be than its best answer. Null of others.</summary>
    double? NoAnswerThreshold => null;

    /// <summary>What the weights lacked or had too much of.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads a batch.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="outputs">
    /// What is asked for, by the names that <c>bigs forward</c> writes: <c>last_hidden_state</c> (b, l, d), and the head's own, such as <c>logits</c>.
    /// </param>
    /// <returns>An array for each name.</returns>
    /// <exception cref="ArgumentException">The rows are longer than the model reads.</exception>
    IReadOnlyList<Numbers> Compute(Batch batch, params string[] outputs);

    /// <summary>A masked language model's guesses at some positions only.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="positions">(p): flat indices row · l + position.</param>
    /// <returns>(p, v).</returns>
    Numbers LogitsAt(Batch batch, long[] positions);

    /// <summary>What each kernel does to an impulse, for so many positions; none where attention routes, or where the parameters are not at hand.</summary>
    IReadOnlyList<KernelShape> Kernels(int length) => [];
}

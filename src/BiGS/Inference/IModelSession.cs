using BiGS.Configuration;

namespace BiGS.Inference;

/// <summary>
/// A model that is open: batches of token ids go in, arrays of numbers come out. Everything around it (tokens, batches, pooling, probabilities) belongs to
/// the pipelines, and is the same for every backend. A session may be used by several threads at once.
/// </summary>
public interface IModelSession : IDisposable
{
    /// <summary>The model's shape.</summary>
    BiGSConfig Config { get; }

    /// <summary>The head, as <c>architectures</c> of config.json names it.</summary>
    string Architecture { get; }

    /// <summary>What it computes in.</summary>
    Precision Precision { get; }

    /// <summary>Whether the weights of the head come from the files, and not from a random generator.</summary>
    bool HasTrainedHead { get; }

    /// <summary>Class names by index, where config.json has them.</summary>
    IReadOnlyList<string>? Labels { get; }

    /// <summary>Of a model that was trained to find no answer: how much likelier that must be than its best answer. Null for others.</summary>
    double? NoAnswerThreshold { get; }

    /// <summary>What the weights lacked or had too much of.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads a batch.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="outputs">
    /// What is asked for, by name: <c>last_hidden_state</c> (b, l, d), and the head's own, such as <c>logits</c>.
    /// </param>
    /// <returns>An array for each name.</returns>
    /// <exception cref="ArgumentException">The rows are longer than the model reads.</exception>
    IReadOnlyList<OutputTensor> Compute(Batch batch, params string[] outputs);

    /// <summary>A masked language model's logits at some positions only.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="positions">(p): flat indices row · l + position.</param>
    /// <returns>(p, v).</returns>
    OutputTensor LogitsAt(Batch batch, long[] positions);

    /// <summary>What each state-space kernel does to an impulse; none where attention routes, or where the backend does not have the parameters.</summary>
    /// <param name="length">For how many positions.</param>
    IReadOnlyList<KernelShape> Kernels(int length);
}

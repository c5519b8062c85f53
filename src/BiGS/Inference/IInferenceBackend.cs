namespace BiGS.Inference;

/// <summary>What computes a model: it opens a model's folder as a session. Two come with BiGS: <see cref="OnnxBackend"/>, and <c>TorchBackend</c> of BiGS.Torch.</summary>
public interface IInferenceBackend
{
    /// <summary>Opens a model.</summary>
    /// <param name="folder">Holds the model, in a form that this backend computes.</param>
    /// <returns>The model, ready to compute; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model that is not known.</exception>
    IModelSession Open(string folder);
}

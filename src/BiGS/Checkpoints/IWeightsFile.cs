using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>Named tensors in a file, each read only when it is asked for.</summary>
public interface IWeightsFile : IDisposable
{
    /// <summary>Tensor names, in the order of the file.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    long[] Shape(string name);

    /// <summary>A copy of one tensor, on the CPU, in the type that the file has.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    Tensor Read(string name);
}

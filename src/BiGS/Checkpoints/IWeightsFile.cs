using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>Named tensors in a file, each read only when it is asked for.</summary>
public interface IWeightsFile : IDisposable
{
    /// <summary>Tensor names, in the order of the file.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    long[] Shape(string name);

    /// <summary>The type that the file has it in.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or one of a type that is not read: says which.</exception>
    ScalarType Type(string name);

    /// <summary>Reads one tensor straight into another, with nothing between the two where the file has it in one piece.</summary>
    /// <param name="name">Of the file.</param>
    /// <param name="target">On the CPU, contiguous, of the file's shape and type.</param>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or is damaged there.</exception>
    void ReadInto(string name, Tensor target);
}

/// <summary>What every weights file can do once it can fill a tensor.</summary>
public static class WeightsFiles
{
    /// <summary>A copy of one tensor, on the CPU, in the type that the file has.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or is damaged there.</exception>
    public static Tensor Read(this IWeightsFile file, string name)
    {
        Tensor tensor = empty(file.Shape(name), file.Type(name), CPU);
        file.ReadInto(name, tensor);
        return tensor;
    }
}

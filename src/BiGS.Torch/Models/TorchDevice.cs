using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>Devices by their names.</summary>
public static class TorchDevice
{
    /// <summary>Whatever is there: the GPU, or else the processor.</summary>
    public const string Auto = "auto";

    /// <summary>The name of the device that is meant.</summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c>, <c>cuda</c>, or <c>cuda:N</c>.</param>
    public static string Resolve(string name) => name != Auto ? name : cuda.is_available() ? "cuda" : "cpu";
}

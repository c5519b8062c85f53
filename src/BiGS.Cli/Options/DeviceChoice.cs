using System.CommandLine;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Cli.Options;

/// <summary>Where to compute: one option for every verb that does.</summary>
internal static class DeviceChoice
{
    private const string Cpu = "cpu";
    /// <summary>A GPU.</summary>
    public const string Cuda = "cuda";


    public static Option<string> Option() => OptionFactory.Choice("--device", "where to compute; auto: on a GPU where there is one", TorchDevice.Auto, Cpu, Cuda);

    /// <param name="name">What the option was given.</param>
    /// <exception cref="InvalidOperationException">A GPU is asked for and there is none.</exception>
    public static Device Of(string name) => name == Cuda && !cuda.is_available()
        ? throw new InvalidOperationException(
            "--device is cuda, but libtorch finds no GPU here; take --device cpu, or see bigs doctor (BIGS_LIBTORCH names a libtorch that is built for GPUs).")
        : new Device(TorchDevice.Resolve(name));
}

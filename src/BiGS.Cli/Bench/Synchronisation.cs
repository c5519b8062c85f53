using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>A GPU answers before it has computed; a clock must wait for it.</summary>
internal static class Synchronisation
{
    public static void With(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}

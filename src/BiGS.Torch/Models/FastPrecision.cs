using System.Runtime.Intrinsics.X86;
using BiGS.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>Which precision a device is fast in.</summary>
internal static class FastPrecision
{
    private const int Avx512Bf16 = 1 << 5; // CPUID leaf 7, subleaf 1, EAX
    private const int AmxBf16 = 1 << 22; // CPUID leaf 7, subleaf 0, EDX

    /// <summary>Half-width products where the device has instructions for them, else single precision; with the reason in words.</summary>
    public static (Precision Precision, string Because) Select(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            return (Precision.Bf16, "a GPU");
        }

        return HasBf16Products ? (Precision.Bf16, "this processor multiplies bf16") : (Precision.Fp32, "this processor has no bf16 products");
    }

    private static bool HasBf16Products =>
        X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 0).Edx & AmxBf16) != 0 || (X86Base.CpuId(7, 1).Eax & Avx512Bf16) != 0);
}

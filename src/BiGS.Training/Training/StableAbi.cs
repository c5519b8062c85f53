using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// libtorch's stable C interface: any operator by name, arguments as 64-bit words on a stack. It reaches operators that
/// TorchSharp does not wrap, without native code of our own. Tensor arguments are taken over by the call, so copies of the
/// handles are passed.
/// </summary>
internal static partial class StableAbi
{
    /// <summary>The version of the interface that the arguments below are laid out for: 2.10, as libtorch writes it (major, minor, patch from the top).</summary>
    private const ulong Version = (2UL << 56) | (10UL << 48);

    public static ulong Word(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong Word(bool value) => value ? 1UL : 0UL;

    /// <summary>A list of tensors, handed over to the next call.</summary>
    public static ulong Word(IReadOnlyList<Tensor> tensors)
    {
        Check(NewList((nuint)tensors.Count, out nint list));
        foreach (Tensor tensor in tensors)
        {
            Check(CopyHandle(tensor.Handle, out nint copy));
            Check(PushBack(list, (ulong)copy));
        }

        return (ulong)list;
    }

    /// <summary>Calls an operator that returns nothing.</summary>
    /// <exception cref="InvalidOperationException">libtorch refused; its own words are on standard error.</exception>
    public static void Call(string name, string overload, ReadOnlySpan<ulong> arguments)
    {
        Span<ulong> stack = stackalloc ulong[arguments.Length];
        arguments.CopyTo(stack);
        Check(CallDispatcher(name, overload, ref MemoryMarshal.GetReference(stack), Version), name);
    }

    private static void Check(int code, [CallerArgumentExpression(nameof(code))] string call = "")
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"libtorch refused {call} (code {code}); libtorch 2.10 is expected.");
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CallDispatcher(string name, string overload, ref ulong stack, ulong version);

    [LibraryImport("torch_cpu", EntryPoint = "torch_new_list_reserve_size")]
    private static partial int NewList(nuint size, out nint list);

    [LibraryImport("torch_cpu", EntryPoint = "torch_list_push_back")]
    private static partial int PushBack(nint list, ulong element);

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int CopyHandle(nint tensor, out nint copy);
}

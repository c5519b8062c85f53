using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BiGS.Cli.Options;

/// <summary>What a path leads to, links followed: statx(2), for what .NET does not tell.</summary>
/// <param name="Inode">The file's number on its device.</param>
/// <param name="Device">The file system's number.</param>
/// <param name="IsRegular">A file that holds bytes: no folder, device, pipe or socket.</param>
internal readonly partial record struct FileStatus(ulong Inode, ulong Device, bool IsRegular)
{
    // Offsets in struct statx (linux/stat.h), which is the same on every architecture.
    private const int Size = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int DeviceOffset = 136;

    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStatistics = 0x7ff; // STATX_BASIC_STATS
    private const int TypeMask = 0xf000; // S_IFMT
    private const int RegularFile = 0x8000; // S_IFREG

    /// <exception cref="IOException">There is no such file, or it cannot be looked at.</exception>
    public static FileStatus Of(string path)
    {
        Span<byte> status = stackalloc byte[Size];
        if (StatX(CurrentFolder, path, 0, BasicStatistics, ref MemoryMarshal.GetReference(status)) != 0)
        {
            throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        return new FileStatus(
            BinaryPrimitives.ReadUInt64LittleEndian(status[InodeOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[DeviceOffset..]), // major and minor number, four bytes each
            (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) & TypeMask) == RegularFile);
    }

    public bool IsSameFile(FileStatus other) => Inode == other.Inode && Device == other.Device;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte status);
}

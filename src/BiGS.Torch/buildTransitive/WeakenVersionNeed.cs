using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks one required symbol version as weak, so that the loader
/// accepts a system library without it. Only <c>vna_flags</c> of the matching <c>Elf64_Vernaux</c> entry changes:
/// bit VER_FLG_WEAK (System V ABI, "Symbol Versioning").
/// </summary>
public class WeakenVersionNeed : Task
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe; // SHT_GNU_verneed
    private const byte VersionFlagWeak = 2;                 // VER_FLG_WEAK

    public string Source { get; set; }
    public string Destination { get; set; }
    public string Version { get; set; }

    public override bool Execute()
    {
        if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) >= File.GetLastWriteTimeUtc(Source))
        {
            return true;
        }

        byte[] elf = File.ReadAllBytes(Source);
        int flags = FindFlags(elf);
        bool mark = flags >= 0 && (elf[flags] & VersionFlagWeak) == 0;
        if (mark)
        {
            elf[flags] |= VersionFlagWeak;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string beside = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(beside, elf);
        File.Delete(Destination);
        File.Move(beside, Destination);
        Log.LogMessage(
            MessageImportance.High,
            mark
                ? $"{Path.GetFileName(Destination)}: {Version} marked as weak, so that it loads on libstdc++ before GCC 13."
                : $"{Path.GetFileName(Destination)}: asks for no strong {Version}; copied as it is.");
        return true;
    }

    private int FindFlags(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            throw new InvalidDataException($"{Source}: expected a 64-bit little-endian ELF file; restore the TorchSharp package again.");
        }

        long sections = BitConverter.ToInt64(elf, 40);
        int sectionSize = BitConverter.ToUInt16(elf, 58);
        int sectionCount = BitConverter.ToUInt16(elf, 60);
        for (int s = 0; s < sectionCount; s++)
        {
            int header = checked((int)sections + (s * sectionSize));
            if (BitConverter.ToUInt32(elf, header + 4) != SectionTypeVersionNeed)
            {
                continue;
            }

            int needs = checked((int)BitConverter.ToInt64(elf, header + 24));
            int stringTable = checked((int)sections + ((int)BitConverter.ToUInt32(elf, header + 40) * sectionSize));
            int strings = checked((int)BitConverter.ToInt64(elf, stringTable + 24));
            for (int need = needs, next = -1; next != 0; need += next)
            {
                int count = BitConverter.ToUInt16(elf, need + 2);
                int entry = need + BitConverter.ToInt32(elf, need + 8);
                for (int e = 0; e < count; e++)
                {
                    if (NameAt(elf, strings + BitConverter.ToInt32(elf, entry + 8)) == Version)
                    {
                        return entry + 4;
                    }

                    entry += BitConverter.ToInt32(elf, entry + 12);
                }

                next = BitConverter.ToInt32(elf, need + 12);
            }
        }

        return -1;
    }

    private static string NameAt(byte[] elf, int start) =>
        Encoding.ASCII.GetString(elf, start, Array.IndexOf(elf, (byte)0, start) - start);
}

using System.Text;

namespace BiGS.Support;

/// <summary>
/// Which versions of other libraries' symbols an ELF library asks for, read as the loader reads them: from the dynamic segment
/// (System V ABI, "Program Loading and Dynamic Linking"), not from the section headers, which a loader never sees.
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint Load = 1; // PT_LOAD
    private const uint Dynamic = 2; // PT_DYNAMIC
    private const long StringTable = 5; // DT_STRTAB
    private const long VersionNeed = 0x6ffffffe; // DT_VERNEED
    private const long VersionNeedCount = 0x6fffffff; // DT_VERNEEDNUM
    private const int WeakFlag = 2; // VER_FLG_WEAK

    public static IEnumerable<(string Version, int FlagsAt, bool Weak)> Of(byte[] elf)
    {
        int Word(int at) => BitConverter.ToInt32(elf, at);
        int Half(int at) => BitConverter.ToUInt16(elf, at);
        int Long(int at) => checked((int)BitConverter.ToInt64(elf, at));

        var segments = Enumerable.Range(0, Half(56)).Select(i => Long(32) + (i * Half(54)))
            .Select(at => (Type: (uint)Word(at), Offset: Long(at + 8), Address: Long(at + 16), Size: Long(at + 32))).ToList();
        int FileOffset(int address)
        {
            var (_, offset, start, _) = segments.Single(s => s.Type == Load && address >= s.Address && address < s.Address + s.Size);
            return address - start + offset;
        }

        var dynamic = new Dictionary<long, int>();
        for (int at = segments.Single(s => s.Type == Dynamic).Offset; Long(at) != 0; at += 16)
        {
            dynamic[Long(at)] = Long(at + 8);
        }

        int strings = FileOffset(dynamic[StringTable]);
        int need = FileOffset(dynamic[VersionNeed]);
        for (int n = 0; n < dynamic[VersionNeedCount]; n++, need += Word(need + 12))
        {
            int entry = need + Word(need + 8);
            for (int e = 0; e < Half(need + 2); e++, entry += Word(entry + 12))
            {
                int name = strings + Word(entry + 8);
                yield return (Encoding.ASCII.GetString(elf, name, Array.IndexOf(elf, (byte)0, name) - name), entry + 4, (Half(entry + 4) & WeakFlag) != 0);
            }
        }
    }
}

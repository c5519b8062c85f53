using System.IO.MemoryMappedFiles;

namespace BiGS.Training.Data;

/// <summary>A file of numbers of one size, mapped: what is not looked at costs no memory.</summary>
internal sealed class MappedNumbers : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public MappedNumbers(string path)
    {
        // The file may be read by other processes too, and replaced by name while it is open.
        _file = MemoryMappedFile.CreateFromFile(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public long Int64(long index) => _view.ReadInt64(index * sizeof(long));

    /// <summary>Copies ids of two or four bytes.</summary>
    public void CopyIds(long first, int bytesPerId, Span<int> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = bytesPerId == sizeof(ushort) ? _view.ReadUInt16((first + i) * sizeof(ushort)) : _view.ReadInt32((first + i) * sizeof(int));
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}

using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace BiGS.Weights;

/// <summary>A file mapped into memory for reading. Its bytes cost memory only where they are looked at.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private const int PieceBytes = 1 << 30;

    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;

    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    public MappedFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: {(Directory.Exists(path) ? "this is a folder; expected a file" : "there is no such file")}.");
        }

        // The length of what is open: that of the path is, where it is a link, the link's own.
        _handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(_handle);
        if (Length > 0)
        {
            _file = MemoryMappedFile.CreateFromFile(_handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _start = start + _view.PointerOffset;
        }
    }

    public long Length { get; }

    /// <summary>The whole file, in pieces that a span can have.</summary>
    public ReadOnlySequence<byte> Bytes
    {
        get
        {
            var first = new Piece(Memory(0), 0);
            Piece last = first;
            for (long at = PieceBytes; at < Length; at += PieceBytes)
            {
                last = last.FollowedBy(Memory(at));
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }

    /// <summary>The file, or its first gibibyte.</summary>
    public ReadOnlyMemory<byte> Beginning => Memory(0);

    /// <summary>A stretch of the file as a number array's bytes; the caller has checked that it lies within.</summary>
    public ReadOnlySpan<byte> Span(long start, int length) => new(_start + start, length);

    /// <summary>
    /// Fills a destination with the bytes from a place on; the caller has checked that there are as many. Read, not copied from the map: its pages
    /// would count as memory of the process once they were looked at, and a large file would count twice.
    /// </summary>
    /// <exception cref="EndOfStreamException">The file has become shorter since it was opened.</exception>
    public void Read(long start, Span<byte> destination)
    {
        for (int read = 0, more; read < destination.Length; read += more)
        {
            more = RandomAccess.Read(_handle, destination[read..], start + read);
            if (more == 0)
            {
                throw new EndOfStreamException($"the file ends {destination.Length - read} bytes before the tensor");
            }
        }
    }

    public void Dispose()
    {
        if (_start is not null)
        {
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _file?.Dispose();
        _handle.Dispose();
    }

    private ReadOnlyMemory<byte> Memory(long at) => new Window(_start + at, (int)Math.Min(PieceBytes, Length - at)).Memory;

    private sealed class Window(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long before)
        {
            Memory = memory;
            RunningIndex = before;
        }

        public Piece FollowedBy(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}

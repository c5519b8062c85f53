using System.Globalization;

namespace BiGS.Cli.Output;

/// <summary>The streams that the process was started with, and what takes the place of one that was closed.</summary>
/// <remarks>
/// The number of a closed stream goes to the next file that is opened, which is one of .NET's own: whoever reads from it waits for ever, and whoever
/// writes to it disturbs .NET. So it must be found out, by what the number leads to.
/// </remarks>
internal static class StandardStreams
{
    private const int InputNumber = 0;
    private const int OutputNumber = 1;
    private const int ErrorNumber = 2;
    private const int ReadOnly = 0; // O_RDONLY
    private const int WriteOnly = 1; // O_WRONLY
    private const int AccessMode = 3; // O_ACCMODE

    /// <summary>Reading fails where it was closed.</summary>
    public static Stream Input() => IsOpen(InputNumber, FileAccess.Read) ? System.Console.OpenStandardInput() : new ClosedStream("standard input is closed; give what is to be read as arguments, or in a file");

    /// <summary>Writing fails where it was closed.</summary>
    public static Stream Output() => IsOpen(OutputNumber, FileAccess.Write) ? System.Console.OpenStandardOutput() : new ClosedStream("it is closed; leave it open, or send it to a file");

    /// <summary>Writing never fails: nobody could be told.</summary>
    public static Stream Error() => IsOpen(ErrorNumber, FileAccess.Write) ? new BestEffortStream(System.Console.OpenStandardError()) : Stream.Null;

    private static bool IsOpen(int number, FileAccess access)
    {
        if (!Directory.Exists("/proc/self/fd"))
        {
            return true; // nothing can be found out
        }

        string? target = Target(number);
        int? mode = Mode(number);
        return target is not null && mode is not null
            && mode != (access == FileAccess.Read ? WriteOnly : ReadOnly)
            && !target.StartsWith("anon_inode:", StringComparison.Ordinal)
            && !(target.StartsWith("pipe:", StringComparison.Ordinal) && HoldsOtherEnd(target, mode.Value));
    }

    /// <summary>Whether both ends of a pipe are in this process: .NET made it for itself.</summary>
    private static bool HoldsOtherEnd(string pipe, int mode) => Directory.GetFiles("/proc/self/fd")
        .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))
        .Any(other => Target(other) == pipe && Mode(other) is { } its && its != mode);

    private static string? Target(int number) => new FileInfo($"/proc/self/fd/{number}").LinkTarget;

    /// <summary>How it was opened; null where it is not open.</summary>
    private static int? Mode(int number)
    {
        const string Flags = "flags:";
        try
        {
            string line = File.ReadLines($"/proc/self/fdinfo/{number}").First(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return Convert.ToInt32(line[Flags.Length..].Trim(), fromBase: 8) & AccessMode;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What is read or written from beginning to end, and keeps nothing back.</summary>
    private abstract class SequentialStream : Stream
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
            // There is nothing to pass on.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>Says that it is closed to whoever uses it.</summary>
    private sealed class ClosedStream(string message) : SequentialStream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException(message);

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException(message);
    }

    /// <summary>Passes on what can be passed on: a note that nobody can read any more must not end a job.</summary>
    private sealed class BestEffortStream(Stream inner) : SequentialStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            try
            {
                inner.Write(buffer, offset, count);
            }
            catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
            {
                // The disk is full, or the reader has gone: there is no other place to say so.
            }
        }
    }
}

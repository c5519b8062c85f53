using System.Buffers.Binary;

namespace BiGS.Onnx;

/// <summary>
/// A message of Protocol Buffers, as far as ONNX needs them: numbers, texts, messages and bytes under field numbers. Lengths stand before contents, so a
/// message knows how long it will be before anything large in it is made; weights are made when their turn to be written comes.
/// </summary>
internal sealed class Message
{
    private const int Varint = 0;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private readonly List<Part> _parts = [];

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public long Length { get; private set; }

    public Message Add(int field, long number)
    {
        var bytes = new List<byte>();
        AddVarint(bytes, Key(field, Varint));
        AddVarint(bytes, (ulong)number);
        return Add([.. bytes], 0, _ => { });
    }

    public Message Add(int field, float number)
    {
        byte[] bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        var key = new List<byte>();
        AddVarint(key, Key(field, Fixed32));
        return Add([.. key, .. bytes], 0, _ => { });
    }

    public Message Add(int field, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return Add(field, bytes.Length, stream => stream.Write(bytes));
    }

    /// <summary>A field as it lay in another message, key included.</summary>
    public Message Add(ReadOnlyMemory<byte> field) => Add([], field.Length, stream => stream.Write(field.Span));

    public Message Add(int field, Message message) => Add(field, message.Length, message.WriteTo);

    /// <summary>Bytes that are made when they are written.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="length">How many there will be.</param>
    /// <param name="write">Writes them.</param>
    public Message Add(int field, long length, Action<Stream> write)
    {
        var head = new List<byte>();
        AddVarint(head, Key(field, Delimited));
        AddVarint(head, (ulong)length);
        return Add([.. head], length, write);
    }

    public void WriteTo(Stream stream)
    {
        foreach (Part part in _parts)
        {
            stream.Write(part.Head);
            part.Write(stream);
        }
    }

    private Message Add(byte[] head, long length, Action<Stream> write)
    {
        _parts.Add(new Part(head, write));
        Length += head.Length + length;
        return this;
    }

    private static ulong Key(int field, int kind) => ((ulong)field << 3) | (uint)kind;

    private static void AddVarint(List<byte> bytes, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            bytes.Add((byte)(number | 0x80));
        }

        bytes.Add((byte)number);
    }

    private sealed record Part(byte[] Head, Action<Stream> Write);
}

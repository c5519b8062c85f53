namespace BiGS.Onnx;

/// <summary>A field of a message of Protocol Buffers, as it lies in a file.</summary>
/// <param name="Number">Which field.</param>
/// <param name="Whole">Key and content.</param>
/// <param name="Content">A message, text or bytes; empty where the field is a number.</param>
internal readonly record struct ProtobufField(int Number, ReadOnlyMemory<byte> Whole, ReadOnlyMemory<byte> Content)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Content.Span);

    /// <summary>The fields of the message that this one holds.</summary>
    public IEnumerable<ProtobufField> Fields => In(Content);

    /// <summary>The fields of a message, in the order of the file.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IEnumerable<ProtobufField> In(ReadOnlyMemory<byte> message)
    {
        for (int at = 0; at < message.Length;)
        {
            int start = at;
            ulong key = Varint(message.Span, ref at);
            int length = (key & 7) switch
            {
                0 => VarintLength(message.Span, at),
                1 => sizeof(double),
                2 => Length(message.Span, ref at),
                5 => sizeof(float),
                _ => throw Broken(),
            };
            if (length > message.Length - at)
            {
                throw Broken();
            }

            ReadOnlyMemory<byte> content = (key & 7) == 2 ? message.Slice(at, length) : default;
            at += length;
            yield return new ProtobufField((int)(key >> 3), message[start..at], content);
        }
    }

    private static int Length(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong length = Varint(bytes, ref at);
        return length <= int.MaxValue ? (int)length : throw Broken();
    }

    private static int VarintLength(ReadOnlySpan<byte> bytes, int at)
    {
        int end = at;
        Varint(bytes, ref end);
        return end - at;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        const int Longest = 10;
        ulong number = 0;
        for (int i = 0; i < Longest && at < bytes.Length; i++)
        {
            byte next = bytes[at++];
            number |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                return number;
            }
        }

        throw Broken();
    }

    private static InvalidDataException Broken() => new("a message ends in the middle of a field");
}

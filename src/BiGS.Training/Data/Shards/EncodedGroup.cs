using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BiGS.Training.Data;

/// <summary>Some documents in a row as they will stand on the disk.</summary>
/// <param name="Lengths">Tokens of each.</param>
/// <param name="Ids">One behind the other, two or four bytes an id.</param>
/// <param name="Hashes">Of each text: the first half of its SHA-256. Empty where nobody asked.</param>
internal sealed record EncodedGroup(int[] Lengths, byte[] Ids, UInt128[] Hashes)
{
    public long Tokens => Lengths.Sum(length => (long)length);
}

/// <summary>Turns texts into bytes of ids. Any number of threads may encode at once.</summary>
/// <param name="encode">Makes ids.</param>
/// <param name="vocabularySize">Ids are below it.</param>
/// <param name="hashes">Whether texts are hashed too.</param>
internal sealed class GroupEncoder(TokenEncoder encode, int vocabularySize, bool hashes)
{
    public int BytesPerId { get; } = vocabularySize <= ushort.MaxValue + 1 ? sizeof(ushort) : sizeof(int);

    /// <param name="texts">The documents.</param>
    /// <param name="first">The number of the first one, for messages.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    /// <exception cref="InvalidDataException">An id that the vocabulary does not have.</exception>
    public EncodedGroup Encode(IReadOnlyList<string> texts, long first, CancellationToken cancellationToken)
    {
        int[] lengths = new int[texts.Count];
        var digests = new UInt128[hashes ? texts.Count : 0];
        var ids = new List<int>();
        for (int i = 0; i < texts.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int before = ids.Count;
            encode(texts[i], ids);
            lengths[i] = ids.Count - before;
            CheckRange(CollectionsMarshal.AsSpan(ids)[before..], first + i);
            if (hashes)
            {
                digests[i] = Hash(texts[i]);
            }
        }

        return new EncodedGroup(lengths, Bytes(CollectionsMarshal.AsSpan(ids)), digests);
    }

    private static UInt128 Hash(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private void CheckRange(ReadOnlySpan<int> ids, long document)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)vocabularySize)
            {
                throw new InvalidDataException(
                    $"document {document}: the tokenizer made the id {id}, but its vocabulary has {vocabularySize} words; its files do not fit together.");
            }
        }
    }

    private byte[] Bytes(ReadOnlySpan<int> ids)
    {
        if (BytesPerId == sizeof(int))
        {
            return MemoryMarshal.AsBytes(ids).ToArray();
        }

        byte[] bytes = new byte[ids.Length * sizeof(ushort)];
        Span<ushort> narrow = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        for (int i = 0; i < ids.Length; i++)
        {
            narrow[i] = (ushort)ids[i];
        }

        return bytes;
    }
}

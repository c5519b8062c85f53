using System.Buffers.Binary;
using System.Text.Json;
using BiGS.Files;

namespace BiGS.Weights;

/// <summary>Writes a safetensors file: eight bytes of header length, a JSON header, raw little-endian tensors.</summary>
internal static class SafetensorsWriter
{
    /// <param name="path">The file to make or replace; whole under its name or not there.</param>
    /// <param name="arrays">What it holds; written in this order.</param>
    /// <param name="metadata">Text for the header.</param>
    public static void Write(string path, IReadOnlyList<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = Header(arrays, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (NamedArray array in arrays)
            {
                array.Write(stream, 0, array.Count);
            }
        });
    }

    private static byte[] Header(IReadOnlyList<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt"); // Python's readers ask for it.
            foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (NamedArray array in arrays)
            {
                long end = offset + array.Bytes;
                json.WriteStartObject(array.Name);
                json.WriteString("dtype", ElementTypeNames.Of(array.Type).Safetensors);
                WriteArray(json, "shape", array.Shape);
                WriteArray(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // Padded with blanks so that the data start at a multiple of eight.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IReadOnlyList<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}

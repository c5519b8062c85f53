using System.Buffers.Binary;
using System.Text.Json;
using BiGS.Files;
using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>Writes a safetensors file: eight bytes of header length, a JSON header, raw little-endian tensors.</summary>
public static class SafetensorsWriter
{
    /// <param name="path">The file to make or replace; whole under its name or not there.</param>
    /// <param name="tensors">Names and tensors, of any device; written in this order.</param>
    /// <param name="metadata">Text for the header.</param>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = Header(tensors, metadata);
        WholeFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((string _, Tensor tensor) in tensors)
            {
                TensorBytes.Write(stream, tensor);
            }
        });
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata)
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
            foreach ((string name, Tensor tensor) in tensors)
            {
                long end = offset + TensorBytes.Count(tensor);
                json.WriteStartObject(name);
                json.WriteString("dtype", ElementTypes.Of(tensor.dtype).Safetensors);
                WriteArray(json, "shape", tensor.shape);
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

    private static void WriteArray(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}

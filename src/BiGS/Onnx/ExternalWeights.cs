namespace BiGS.Onnx;

/// <summary>
/// A file beside ONNX models that holds their large weights: ONNX Runtime maps it into memory, several models share it, and it may be of any size, which a model
/// with its weights inside may not. A weight that several models hold under one name is written once.
/// </summary>
/// <param name="stream">The file.</param>
/// <param name="fileName">Its name, beside the models.</param>
internal sealed class ExternalWeights(Stream stream, string fileName)
{
    /// <summary>Smaller tensors stay in the model, where shapes are derived from them.</summary>
    private const int LeastBytes = 1 << 14;

    /// <summary>A page of memory: what mapping begins at.</summary>
    private const long Alignment = 1 << 12;

    private readonly Dictionary<string, long> _offsets = [];

    /// <summary>Writes a tensor, and returns what the model says of it; null for one that stays in the model.</summary>
    public Message? TryAdd(HeldTensor tensor)
    {
        if (tensor.Bytes < LeastBytes)
        {
            return null;
        }

        if (!_offsets.TryGetValue(tensor.Name, out long offset))
        {
            _offsets[tensor.Name] = offset = (stream.Position + Alignment - 1) / Alignment * Alignment;
            stream.Write(new byte[offset - stream.Position]);
            tensor.Write(stream);
        }

        return OnnxFields.Tensor(tensor.Name, tensor.Type, tensor.Shape, fileName, offset, tensor.Bytes);
    }
}

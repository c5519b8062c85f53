namespace BiGS.Weights;

/// <summary>The formats that weights are written in.</summary>
public enum WeightsFormat
{
    /// <summary><c>model.safetensors</c>.</summary>
    Safetensors,

    /// <summary><c>model.safetensors</c> in half the bytes: weights rounded to bf16, but for the SSMs' own parameters, whose phases need all their digits.</summary>
    SafetensorsBf16,

    /// <summary><c>pytorch_model.bin</c>.</summary>
    PyTorch,

    /// <summary><c>flax_model.msgpack</c>.</summary>
    Flax,
}

internal static class WeightsFormats
{
    public static string FileName(this WeightsFormat format) => format switch
    {
        WeightsFormat.Safetensors or WeightsFormat.SafetensorsBf16 => SafetensorsFile.DefaultName,
        WeightsFormat.PyTorch => "pytorch_model.bin",
        _ => "flax_model.msgpack",
    };

    /// <summary>Writes arrays under PyTorch's names, or Flax's where it is Flax, as they are: whoever gives them rounds them.</summary>
    public static void Write(this WeightsFormat format, string folder, IReadOnlyList<NamedArray> arrays)
    {
        string path = Path.Combine(folder, format.FileName());
        switch (format)
        {
            case WeightsFormat.PyTorch:
                PyTorchWriter.Write(path, arrays);
                break;
            case WeightsFormat.Flax:
                FlaxWriter.Write(path, arrays);
                break;
            default:
                SafetensorsWriter.Write(path, arrays);
                break;
        }
    }
}

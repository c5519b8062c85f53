using BiGS.Ssm;
using static TorchSharp.torch;

namespace BiGS.Checkpoints;

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
        WeightsFormat.Safetensors or WeightsFormat.SafetensorsBf16 => CheckpointFolder.WeightsName,
        WeightsFormat.PyTorch => "pytorch_model.bin",
        _ => "flax_model.msgpack",
    };

    /// <summary>Writes a model's parameters under PyTorch's names, or Flax's where it is Flax.</summary>
    public static void Write(this WeightsFormat format, string folder, nn.Module model)
    {
        string path = Path.Combine(folder, format.FileName());
        (string, Tensor)[] tensors = [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter))];
        switch (format)
        {
            case WeightsFormat.Safetensors:
                SafetensorsWriter.Write(path, tensors);
                break;
            case WeightsFormat.SafetensorsBf16:
                using (NewDisposeScope())
                {
                    Func<string, bool> isOfSsm = S4D.NamesIn(model);
                    SafetensorsWriter.Write(path, [.. tensors.Select(t => isOfSsm(t.Item1) ? t : (t.Item1, t.Item2.to_type(ScalarType.BFloat16)))]);
                }

                break;
            case WeightsFormat.PyTorch:
                PyTorchWriter.Write(path, tensors);
                break;
            default:
                FlaxWriter.Write(path, tensors);
                break;
        }
    }
}

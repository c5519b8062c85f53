using BiGS.Onnx;
using BiGS.Torch.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Onnx;

/// <summary>The weights of a model that is open in libtorch.</summary>
/// <param name="model">Which stays open as long as they are read.</param>
internal sealed class TorchModelWeights(HeadedModel model) : IModelWeights
{
    private readonly Dictionary<string, Parameter> _parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);

    /// <inheritdoc/>
    public bool Has(string name) => _parameters.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => _parameters[name].shape;

    /// <inheritdoc/>
    public float[] Read(string name)
    {
        using var scope = NewDisposeScope();
        return _parameters[name].detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}

using BiGS.Models;
using BiGS.Ssm;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Onnx;

/// <summary>The weights of a model under their checkpoint's names, read when they are written.</summary>
internal sealed class ModelWeights
{
    private readonly Dictionary<string, Parameter> _parameters;
    private readonly Dictionary<string, S4D> _ssms;

    public ModelWeights(HeadedModel model)
    {
        _parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        _ssms = model.named_modules().Where(m => m.module is S4D).ToDictionary(m => m.name, m => (S4D)m.module);
    }

    public bool Has(string name) => _parameters.ContainsKey(name);

    public long[] Shape(string name) => _parameters[name].shape;

    /// <summary>A weight as it is.</summary>
    public Value In(Graph graph, string name) => graph.Weight(name, ElementType.Float, Shape(name), () => Read(_parameters[name]));

    /// <summary>A matrix, rows and columns exchanged.</summary>
    public float[] Transposed(string name)
    {
        using var scope = NewDisposeScope();
        return Read(_parameters[name].t());
    }

    /// <summary>What the graph holds of an SSM, computed in double.</summary>
    /// <param name="name">Of an SSM.</param>
    /// <param name="of">What, of the sampled system.</param>
    public float[] OfSystem(string name, Func<DiscreteSystem, Tensor> of)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        return Read(of(_ssms[name].Discretize()));
    }

    private static float[] Read(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}

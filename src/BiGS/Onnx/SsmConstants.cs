using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// What a graph holds of an SSM instead of its parameters: numbers that follow from these, computed in double precision when the file is
/// written, and rounded to single precision last.
/// </summary>
/// <param name="config">The model's configuration, which names the discretisation.</param>
/// <param name="weights">The model's weights.</param>
internal sealed class SsmConstants(BiGSConfig config, IModelWeights weights)
{
    /// <summary>A constant of an SSM.</summary>
    /// <param name="graph">The graph that holds it.</param>
    /// <param name="ssm">The SSM, as the checkpoint names it: <c>bigs.encoder.layer.0.fs4</c>.</param>
    /// <param name="constant">The constant's letter.</param>
    /// <param name="shape">Its dimensions, heads first.</param>
    /// <param name="of">Its numbers for one head, the last dimension running fastest.</param>
    public Value Constant(Graph graph, string ssm, string constant, long[] shape, Func<DiscreteStateSpaceModel, IEnumerable<double>> of) =>
        graph.Weight($"{ssm}.{constant}", OnnxType.Float, shape, () => Numbers(ssm, of));

    private float[] Numbers(string ssm, Func<DiscreteStateSpaceModel, IEnumerable<double>> of) =>
        [.. Heads(ssm).SelectMany(of).Select(number => (float)number)];

    /// <summary>The systems of an SSM, one for each head.</summary>
    /// <param name="ssm">As the checkpoint names it.</param>
    public IEnumerable<DiscreteStateSpaceModel> Heads(string ssm)
    {
        StateSpaceModel[] heads = StateSpaceModel.FromParameters(
            Read($"{ssm}.kernel.A_re"), Read($"{ssm}.kernel.A_im"), Read($"{ssm}.kernel.C"), Read($"{ssm}.kernel.log_step"), Read($"{ssm}.D"));
        return heads.Select(head => config.Discretization == DiscretizationRule.Zoh ? head.ZeroOrderHold() : head.Bilinear());
    }

    private float[] Read(string name)
    {
        weights.Dimensions(name);
        return weights.Read(name);
    }
}

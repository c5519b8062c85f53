using BiGS.Training.Distributed;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// Muon (Jordan et al. 2024): the step of a matrix is its momentum with all singular values made equal, so that directions which gradients
/// seldom take are learned as fast as the few that they mostly take:
/// m ← μ m + (1−μ) g, O = orthogonal part of (1−μ) g + μ m, w ← w − η (0.2 √max(n, k) O + λ w) for w of n × k.
/// 0.2 √max(n, k) gives O the size that AdamW's steps have, so one learning rate serves both (Liu et al. 2025).
/// </summary>
/// <remarks>Where ranks share the state, each makes whole and orthogonal the matrices of which it steps a part.</remarks>
internal sealed class Muon : IOptimizer
{
    /// <summary>The root of the mean square of AdamW's steps, about.</summary>
    private const double StepSize = 0.2;

    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly Scalar _kept;
    private readonly Scalar _new;
    private readonly IOptimizerShards? _shards;
    private readonly Dictionary<string, Tensor> _momentum = [];

    /// <param name="groups">Matrices.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="shards">Where each rank keeps its part of the momentum; null where all of it is here.</param>
    public Muon(IReadOnlyList<ParameterGroup> groups, double momentum, IOptimizerShards? shards = null)
    {
        (_groups, _shards) = (groups, shards);
        (_kept, _new) = (momentum, 1 - momentum);
        using var scope = NewDisposeScope();
        foreach ((string name, Parameter parameter) in groups.SelectMany(group => group.Parameters))
        {
            _momentum[name] = zeros_like(_shards.PartOf(name, parameter.detach())).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public long Steps { get; private set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Steps++;
        IReadOnlyDictionary<string, Tensor> directions = Directions();
        var places = _groups.SelectMany(group => group.Parameters.Select(p => (p.Name, p.Parameter, Group: group))).Where(p => directions.ContainsKey(p.Name));
        foreach (var alike in places.GroupBy(p => (Math.Min(p.Parameter.shape[0], p.Parameter.shape[1]), Math.Max(p.Parameter.shape[0], p.Parameter.shape[1]), p.Parameter.dtype)))
        {
            var together = alike.ToList();
            Tensor[] orthogonal = Orthogonalization.Apply(stack([.. together.Select(p => Wide(directions[p.Name]))])).unbind();
            for (int i = 0; i < together.Count; i++)
            {
                (string name, Parameter parameter, ParameterGroup group) = together[i];
                double rate = learningRate * group.LearningRateFactor;
                using Scalar stays = 1 - (rate * group.WeightDecay);
                using Scalar moves = -rate * StepSize * Math.Sqrt(parameter.shape.Max());
                Tensor step = IsTall(parameter) ? orthogonal[i].t().contiguous() : orthogonal[i];
                _shards.PartOf(name, parameter).mul_(stays).add_(_shards.PartOf(name, step), moves);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Gradients() => [.. Trained().Select(p => _shards.PartOf(p.Name, p.Parameter.grad!))];

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Tensor)> State() => [.. _momentum.Select(m => ("momentum." + m.Key, m.Value))];

    /// <inheritdoc/>
    public void Restore(long steps, Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        Steps = steps;
        foreach ((string name, Tensor momentum) in _momentum)
        {
            momentum.copy_(_shards.PartOf(name, read("momentum." + name)));
        }
    }

    public void Dispose()
    {
        _kept.Dispose();
        _new.Dispose();
        foreach (Tensor momentum in _momentum.Values)
        {
            momentum.Dispose();
        }
    }

    /// <summary>Moves the momentum on, and looks ahead by one more step of it (Nesterov).</summary>
    /// <returns>The whole directions of the matrices of which some element is stepped here.</returns>
    private IReadOnlyDictionary<string, Tensor> Directions()
    {
        var ahead = new Dictionary<string, Tensor>();
        foreach ((string name, Parameter parameter) in Trained())
        {
            Tensor gradient = _shards.PartOf(name, parameter.grad!);
            Tensor momentum = _momentum[name].mul_(_kept).add_(gradient, _new);
            ahead[name] = gradient.mul(_new).add_(momentum, _kept);
        }

        return _shards is null
            ? ahead
            : _shards.GatherFull(ahead.Keys, name => ahead[name]).Where(whole => _shards.Own(whole.Key).Length > 0).ToDictionary();
    }

    private IEnumerable<(string Name, Parameter Parameter)> Trained() =>
        _groups.SelectMany(group => group.Parameters).Where(p => p.Parameter.grad is not null);

    private static bool IsTall(Tensor matrix) => matrix.shape[0] > matrix.shape[1];

    private static Tensor Wide(Tensor matrix) => IsTall(matrix) ? matrix.t() : matrix;
}

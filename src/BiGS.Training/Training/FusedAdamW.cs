using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// AdamW with all parameters of a group in one call of libtorch's fused kernel:
/// m ← β₁ m + (1−β₁) g, v ← β₂ v + (1−β₂) g², w ← w − η (m̂ / (√v̂ + ε) + λ w) (Loshchilov and Hutter 2019).
/// A parameter that never gets a gradient is neither stepped nor decayed.
/// </summary>
internal sealed class FusedAdamW : IOptimizer
{
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly IOptimizerShards? _shards;
    private readonly Dictionary<string, Tensor> _first = [];
    private readonly Dictionary<string, Tensor> _second = [];

    /// <param name="groups">All that is trained.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="shards">Where each rank keeps its part of the moments; null where all of them are here.</param>
    public FusedAdamW(
        IReadOnlyList<ParameterGroup> groups, double beta1, double beta2, double epsilon, IOptimizerShards? shards = null)
    {
        _groups = groups;
        _shards = shards;
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
        using var scope = NewDisposeScope();
        foreach ((string name, var parameter) in groups.SelectMany(group => group.Parameters))
        {
            Tensor part = _shards.PartOf(name, parameter.detach());
            _first[name] = zeros_like(part).DetachFromDisposeScope();
            _second[name] = zeros_like(part).DetachFromDisposeScope();
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
        foreach (ParameterGroup group in _groups)
        {
            var trained = group.Parameters.Where(p => p.Parameter.grad is not null).ToList();
            if (trained.Count == 0)
            {
                continue;
            }

            // The kernel wants the step count as a tensor per parameter; the same one may stand for all.
            using Tensor steps = tensor((float)Steps, device: trained[0].Parameter.device);
            StableAbi.Call("aten::_fused_adamw_", string.Empty,
            [
                StableAbi.Word([.. trained.Select(p => _shards.PartOf(p.Name, p.Parameter))]),
                StableAbi.Word([.. trained.Select(p => _shards.PartOf(p.Name, p.Parameter.grad!))]),
                StableAbi.Word([.. trained.Select(p => _first[p.Name])]),
                StableAbi.Word([.. trained.Select(p => _second[p.Name])]),
                StableAbi.Word(Array.Empty<Tensor>()),
                StableAbi.Word([.. trained.Select(_ => steps)]),
                StableAbi.Word(learningRate * group.LearningRateFactor),
                StableAbi.Word(_beta1),
                StableAbi.Word(_beta2),
                StableAbi.Word(group.WeightDecay),
                StableAbi.Word(_epsilon),
                StableAbi.Word(false), // amsgrad
                StableAbi.Word(false), // maximize
                0, // no gradient scale
                0, // no found-infinity
            ]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Gradients() =>
        [.. _groups.SelectMany(group => group.Parameters).Where(p => p.Parameter.grad is not null).Select(p => _shards.PartOf(p.Name, p.Parameter.grad!))];

    /// <summary>The moments of what is stepped here, by name, for a checkpoint.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State() =>
        [.. _first.Select(m => ("first." + m.Key, m.Value)), .. _second.Select(v => ("second." + v.Key, v.Value))];

    /// <summary>Takes over the moments of a checkpoint.</summary>
    /// <param name="steps">How many steps it had taken.</param>
    /// <param name="read">Gives the stored tensor of a name, whole.</param>
    public void Restore(long steps, Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        Steps = steps;
        foreach ((string name, Tensor tensor) in State())
        {
            tensor.copy_(_shards.PartOf(name[(name.IndexOf('.') + 1)..], read(name)));
        }
    }

    public void Dispose()
    {
        foreach ((string _, Tensor tensor) in State())
        {
            tensor.Dispose();
        }
    }
}

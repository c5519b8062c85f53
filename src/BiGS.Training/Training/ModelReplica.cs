using System.Security.Cryptography;
using BiGS.Torch.Models;
using BiGS.Training.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// A rank's copy of the model with its optimiser. Every rank sees its part of a batch; their gradients are added up, so that all copies take the same
/// step and stay equal. Sharded, each rank keeps the moments of 1/W of the parameters only, steps these, and gets the other weights from the others
/// (Rajbhandari et al. 2020, ZeRO stage 1): 8 (W − 1) / W bytes a parameter less on each.
/// </summary>
internal sealed class ModelReplica : IDisposable
{
    private readonly HeadedModel _model;
    private readonly ICommunicator _ranks;
    private readonly IOptimizer _optimizer;
    private readonly List<Parameter> _parameters;
    private readonly GradientBuckets? _buckets;
    private readonly bool _sharded;

    public ModelReplica(HeadedModel model, TrainingOptions options, ICommunicator ranks)
    {
        (_model, _ranks) = (model, ranks);
        _parameters = [.. model.parameters()];
        model.zero_grad(set_to_none: true); // what an earlier training left is no part of this one's first step
        _sharded = options.ShardOptimizer && ranks.WorldSize > 1;
        _buckets = ranks.WorldSize > 1 ? new GradientBuckets(BackwardStages.Create(model), ranks, _sharded) : null;
        _optimizer = Optimizers.Create(model, options, _sharded ? _buckets : null);
    }

    /// <summary>Fills model and optimiser from the run's newest whole checkpoint, on every rank alike.</summary>
    /// <exception cref="InvalidDataException">The ranks do not see the same run.</exception>
    public TrainerState Restore(RunFolder folder)
    {
        TrainerState state = folder.Restore(_model, _optimizer);
        long[] steps = [.. _ranks.AllGatherBytes(BitConverter.GetBytes(state.Step)).Select(bytes => BitConverter.ToInt64(bytes))];
        return Array.TrueForAll(steps, step => step == state.Step) ? state : throw new InvalidDataException(
            $"{folder.Path}: rank {_ranks.Rank} finds a run of {state.Step:N0} steps here, others one of {steps.First(step => step != state.Step):N0}; "
            + "put the folder of the run on a disk that all machines share.");
    }

    public void ClearGradients()
    {
        if (_buckets is not null)
        {
            _buckets.Clear();
            return;
        }

        foreach (Parameter parameter in _parameters)
        {
            parameter.grad?.zero_();
        }
    }

    /// <summary>
    /// Whether the gradients of the forward pass to come are the last of the step: then they go to the other ranks as the backward pass makes them whole.
    /// </summary>
    public void PrepareBackward(bool last)
    {
        int layers = _model.Config.NumHiddenLayers;
        _model.Bigs.LayerGradientsReady = last && _buckets is { } buckets ? layer => buckets.BeginUpTo(BackwardStages.StageOfLayer(layer, layers)) : null;
    }

    /// <summary>Takes a step by the sum of all ranks' gradients.</summary>
    public void Step(double learningRate, double? clipNorm)
    {
        _buckets?.Complete();
        if (clipNorm is { } longest)
        {
            GradientNorm.Clip(_optimizer.Gradients(), longest, _sharded ? part => Math.Sqrt(_ranks.AllReduceScalars(part * part)[0]) : null);
        }

        _optimizer.Step(learningRate);
        _buckets?.AllGatherWeights();
    }

    /// <summary>The moments of all parameters, by name. Asked for by all ranks, since each may keep a part of them.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> OptimizerState()
    {
        IReadOnlyList<(string Name, Tensor Tensor)> own = _optimizer.State();
        if (!_sharded)
        {
            return own;
        }

        string[] prefixes = [.. own.Select(moment => moment.Name[..(moment.Name.IndexOf('.') + 1)]).Distinct()];
        var parts = own.ToDictionary(moment => moment.Name, moment => moment.Tensor);
        return [.. prefixes.SelectMany(prefix => _buckets!
            .GatherFull([.. own.Where(moment => moment.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(moment => moment.Name[prefix.Length..])], name => parts[prefix + name])
            .Select(whole => (prefix + whole.Key, whole.Value)))];
    }

    /// <summary>Copies that have drifted apart would go on training nonsense: whatever made their weights differ is found out here.</summary>
    /// <exception cref="InvalidOperationException">The ranks' weights are not equal to the last bit.</exception>
    public void CheckEqual()
    {
        if (_ranks.WorldSize == 1)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _parameters.ForEach(parameter => hash.AppendData(parameter.detach().cpu().bytes));
        string[] hashes = [.. _ranks.AllGatherBytes(hash.GetHashAndReset()).Select(Convert.ToHexString)];
        if (Array.FindIndex(hashes, other => other != hashes[0]) is > 0 and var odd)
        {
            throw new InvalidOperationException(
                $"rank {odd} has come to other weights than rank 0, so their sums differ; are all machines and builds alike? The last checkpoint stands.");
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _buckets?.Dispose();
    }
}

using System.Diagnostics;
using BiGS.Batches;
using BiGS.Evaluation;
using BiGS.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>The pretraining loop: batches in, gradients, one optimiser step, and now and then a row of the log, an evaluation, a checkpoint.</summary>
public sealed class Trainer : IDisposable
{
    private readonly BiGSForMaskedLM _model;
    private readonly TrainingOptions _options;
    private readonly RunFolder _folder;
    private readonly Func<IEnumerable<Batch>> _heldOut;
    private readonly FusedAdamW _optimizer;
    private readonly Schedule _schedule;
    private readonly Teacher? _teacher;
    private readonly Device _device;
    private readonly List<Parameter> _parameters;
    private readonly Stopwatch _sinceRow = new();
    private long _tokensAtRow;
    private TrainerState _state;

    /// <param name="model">On the device to train on; its weights are replaced where the folder holds a checkpoint.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="folder">Where the run lives.</param>
    /// <param name="heldOut">Gives the held-out batches, the same each time.</param>
    /// <param name="teacher">Whose guesses are learned beside the true words; stays the caller's.</param>
    public Trainer(BiGSForMaskedLM model, TrainingOptions options, RunFolder folder, Func<IEnumerable<Batch>> heldOut, Teacher? teacher = null)
    {
        _teacher = teacher;
        _model = model;
        _options = options;
        _folder = folder;
        _heldOut = heldOut;
        _schedule = new Schedule(options.Schedule, options.WarmupSteps, options.Steps);
        model.ComputeIn(options.Precision); // first: double precision makes new parameters
        model.Bigs.Recompute = options.Recompute;
        _device = model.Bigs.Embeddings.WordTable.device;
        _parameters = [.. model.parameters()];
        _optimizer = new FusedAdamW(
            ParameterGroup.Of(model, options.WeightDecay, options.SsmWeightDecay, options.SsmLearningRateFactor),
            options.Beta1, options.Beta2, options.Epsilon);
        _state = folder.Restore(model, _optimizer);
    }

    /// <summary>Where the run stands.</summary>
    public TrainerState State => _state;

    /// <summary>Trains from where the folder stands to the last step.</summary>
    /// <param name="batches">Gives the batch of an index: step · accumulate + i. Called in order, on this thread.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancel">Saves and leaves between two steps.</param>
    /// <returns>The state at the end; of fewer steps than asked for where it was cancelled.</returns>
    /// <exception cref="NonFiniteLossException">The loss is no number any more; the last checkpoint stands.</exception>
    public TrainerState Run(Func<long, Batch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        using var log = new RunLog(_folder.Path, _state);
        _model.train();
        TrainerState saved = _state;
        _sinceRow.Restart();
        _tokensAtRow = _state.Tokens;
        while (true)
        {
            // Evaluation and saving come first, so that a run that was stopped before them begins with them when it goes on.
            if ((IsDue(_options.EvalEvery) || IsMilestone) && _state.EvaluatedStep < _state.Step && !Evaluate(log, progress, cancel))
            {
                break;
            }

            if (IsDue(_options.SaveEvery) && saved != _state)
            {
                SaveLast();
                saved = _state;
            }

            if (_state.Step >= _options.Steps || cancel.IsCancellationRequested)
            {
                break;
            }

            StepAndLog(log, batches, progress);
        }

        if (saved != _state)
        {
            SaveLast();
        }

        return _state;
    }

    public void Dispose() => _optimizer.Dispose();

    /// <summary>At multiples, and at the end.</summary>
    private bool IsDue(long every) => _state.Step > 0 && (_state.Step % every == 0 || _state.Step == _options.Steps);

    private bool IsMilestone => _options.Milestones.Contains(_state.Step);

    private void StepAndLog(RunLog log, Func<long, Batch> batches, IProgress<TrainingProgress>? progress)
    {
        double learningRate = _options.LearningRate * _schedule.At(_state.Step);
        (double loss, long tokens) = Step(_state.Step, learningRate, batches);
        _state = _state with
        {
            Step = _state.Step + 1,
            Tokens = _state.Tokens + tokens,
            LossSum = _state.LossSum + loss,
            LossCount = _state.LossCount + 1,
        };
        progress?.Report(new TrainingProgress(_state.Step, _options.Steps, loss, tokens));
        if (!IsDue(_options.LogEvery))
        {
            return;
        }

        log.Add(new LogRow(_state.Step, _state.Tokens)
        {
            Loss = _state.LossSum / _state.LossCount,
            LearningRate = learningRate,
            TokensPerSecond = (_state.Tokens - _tokensAtRow) / _sinceRow.Elapsed.TotalSeconds,
        });
        _state = _state with { LossSum = 0, LossCount = 0 };
        _tokensAtRow = _state.Tokens;
        _sinceRow.Restart();
    }

    /// <summary>One optimiser step: the mean loss over all masked tokens of the accumulated batches.</summary>
    /// <remarks>
    /// The scope holds every tensor that the step touches, gradients included: one that nobody holds is freed by the collector's
    /// thread, perhaps while libtorch reads it.
    /// </remarks>
    private (double Loss, long Tokens) Step(long step, double learningRate, Func<long, Batch> batches)
    {
        using var stepScope = NewDisposeScope();
        var accumulated = new Batch[_options.Accumulate];
        for (int i = 0; i < accumulated.Length; i++)
        {
            accumulated[i] = batches((step * _options.Accumulate) + i);
        }

        foreach (Parameter parameter in _parameters)
        {
            parameter.grad?.zero_();
        }

        long masked = accumulated.Sum(batch => (long)batch.MaskedIds.Length);
        double total = 0;
        for (int i = 0; i < accumulated.Length; i++)
        {
            using var scope = NewDisposeScope();
            SeedDropout((step * _options.Accumulate) + i);
            BatchTensors tensors = BatchTensors.Of(accumulated[i], _device);
            Tensor logits = _model.LogitsAt(tensors.Input, tensors.Positions); // (p, v)
            using Tensor share = tensor(1f / Math.Max(1, masked), device: _device);
            Tensor crossEntropy = nn.functional.cross_entropy(logits, tensors.Words, reduction: nn.Reduction.Sum);
            ((_teacher?.Loss(tensors, logits, crossEntropy) ?? crossEntropy) * share).backward();
            total += (crossEntropy * share).to_type(ScalarType.Float64).item<double>(); // last: reading it waits for a GPU
            if (!double.IsFinite(total))
            {
                throw new NonFiniteLossException(step, total, _folder.Newest);
            }
        }

        if (_options.ClipNorm is { } longest)
        {
            GradientNorm.Clip(_parameters, longest);
        }

        _optimizer.Step(learningRate);
        return (total, accumulated.Sum(batch => (long)batch.Tokens));
    }

    /// <summary>Scores the held-out text, and keeps the model where it is the best so far.</summary>
    /// <returns>False where it was cancelled half-way: nothing is written, and the run begins with it when it goes on.</returns>
    private bool Evaluate(RunLog log, IProgress<TrainingProgress>? progress, CancellationToken cancel)
    {
        _sinceRow.Stop();
        MaskedLmScore score;
        try
        {
            score = MaskedLmEvaluation.Score(_model, _heldOut(), cancel);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        if (!double.IsFinite(score.Loss))
        {
            throw new NonFiniteLossException(_state.Step, score.Loss, _folder.Newest);
        }

        log.Add(new LogRow(_state.Step, _state.Tokens) { EvalLoss = score.Loss, EvalAccuracy = score.Accuracy });
        if (_state.BestLoss is null || score.Loss < _state.BestLoss)
        {
            _folder.SaveBest(_model);
            _state = _state with { BestLoss = score.Loss, BestStep = _state.Step };
        }

        if (IsMilestone)
        {
            _folder.SaveMilestone(_model, _state.Step);
        }

        _state = _state with { EvaluatedStep = _state.Step };
        progress?.Report(new TrainingProgress(_state.Step, _options.Steps, score.Loss, 0, score));
        _sinceRow.Start();
        return true;
    }

    /// <summary>A step can spoil the weights though its loss was still a number; such weights must not take the place of good ones.</summary>
    private void SaveLast()
    {
        using (NewDisposeScope())
        {
            if (!_parameters.TrueForAll(parameter => parameter.isfinite().all().item<bool>()))
            {
                throw new NonFiniteLossException(_state.Step, double.NaN, _folder.Newest);
            }
        }

        _folder.SaveLast(_model, _optimizer, _state);
    }

    /// <summary>Dropout depends on the seed and the batch's number only, so that a resumed run draws what the uninterrupted one drew.</summary>
    private void SeedDropout(long batch)
    {
        long seed = unchecked((_options.Seed * 0x9E3779B97F4A7C1L) ^ (batch * 0x2545F4914F6CDD1DL)) & long.MaxValue;
        random.manual_seed(seed);
        if (_device.type == DeviceType.CUDA)
        {
            cuda.manual_seed(seed);
        }
    }
}

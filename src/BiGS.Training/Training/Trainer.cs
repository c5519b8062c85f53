using System.Diagnostics;
using BiGS.Torch.Models;
using BiGS.Training.Data;
using BiGS.Training.Distributed;
using BiGS.Training.Evaluation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>The pretraining loop: batches in, gradients, one optimiser step, and now and then a row of the log, an evaluation, a checkpoint.</summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>What keeps a loss finite.</summary>
    private const string Remedy = "a lower TrainingOptions.LearningRate, more TrainingOptions.WarmupSteps, or TrainingOptions.ClipNorm";

    private readonly BiGSForMaskedLM _model;
    private readonly TrainingOptions _options;
    private readonly RunFolder _folder;
    private readonly Func<IEnumerable<MaskedBatch>> _heldOut;
    private readonly ModelReplica _replica;
    private readonly ICommunicator _ranks;
    private readonly Schedule _schedule;
    private readonly Teacher? _teacher;
    private readonly Device _device;
    private readonly List<Parameter> _parameters;
    private readonly Stopwatch _sinceRow = new();
    private long _tokensAtRow;
    private TimeSpan _waitedAtRow;
    private TrainerState _state;

    /// <param name="model">On the device to train on; its weights are replaced where the folder holds a checkpoint.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="folder">Where the run lives.</param>
    /// <param name="heldOut">Gives the held-out batches, the same each time.</param>
    /// <param name="teacher">Whose guesses are learned beside the true words; stays the caller's.</param>
    /// <param name="ranks">Who trains with this process; stays the caller's. Null for nobody.</param>
    public Trainer(
        BiGSForMaskedLM model, TrainingOptions options, RunFolder folder, Func<IEnumerable<MaskedBatch>> heldOut, Teacher? teacher = null, ICommunicator? ranks = null)
    {
        _ranks = ranks ?? new SingleProcess();
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
        _replica = new ModelReplica(model, options, _ranks);
        _state = _replica.Restore(folder);
    }

    /// <summary>Where the run stands.</summary>
    public TrainerState State => _state;

    /// <summary>Trains from where the folder stands to the last step.</summary>
    /// <param name="batches">Gives the batch of an index: step · accumulate + i. Called in order, on this thread.</param>
    /// <param name="progress">Reports every step.</param>
    /// <param name="cancellationToken">Saves and leaves between two steps.</param>
    /// <returns>The state at the end; of fewer steps than asked for where it was cancelled.</returns>
    /// <exception cref="NonFiniteLossException">The loss is no number any more; the last checkpoint stands.</exception>
    public TrainerState Run(Func<long, MaskedBatch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using RunLog? log = IsWriter ? new RunLog(_folder.Path, _state) : null;
        _model.train();
        TrainerState saved = _state;
        _sinceRow.Restart();
        _tokensAtRow = _state.Tokens;
        _waitedAtRow = _ranks.WaitTime;
        while (true)
        {
            // Evaluation and saving come first, so that a run that was stopped before them begins with them when it goes on.
            if ((IsDue(_options.EvalEvery) || IsMilestone) && _state.EvaluatedStep < _state.Step && !Evaluate(log, progress, cancellationToken))
            {
                break;
            }

            if (IsDue(_options.SaveEvery) && saved != _state)
            {
                SaveLast();
                saved = _state;
            }

            if (_state.Step >= _options.Steps || _ranks.Any(cancellationToken.IsCancellationRequested))
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

    public void Dispose() => _replica.Dispose();

    /// <summary>At multiples, and at the end.</summary>
    private bool IsDue(long every) => _state.Step > 0 && (_state.Step % every == 0 || _state.Step == _options.Steps);

    /// <summary>One rank writes for all.</summary>
    private bool IsWriter => _ranks.Rank == 0;

    private bool IsMilestone => _options.Milestones.Contains(_state.Step);

    private void StepAndLog(RunLog? log, Func<long, MaskedBatch> batches, IProgress<TrainingProgress>? progress)
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

        log?.Add(new LogRow(_state.Step, _state.Tokens)
        {
            Loss = _state.LossSum / _state.LossCount,
            LearningRate = learningRate,
            TokensPerSecond = (_state.Tokens - _tokensAtRow) / _sinceRow.Elapsed.TotalSeconds,
            CommunicationShare = _ranks.WorldSize > 1 ? (_ranks.WaitTime - _waitedAtRow) / _sinceRow.Elapsed : null,
        });
        _state = _state with { LossSum = 0, LossCount = 0 };
        _tokensAtRow = _state.Tokens;
        _waitedAtRow = _ranks.WaitTime;
        _sinceRow.Restart();
    }

    /// <summary>One optimiser step: the mean loss over all masked tokens of the accumulated batches.</summary>
    /// <remarks>
    /// The scope holds every tensor that the step touches, gradients included: one that nobody holds is freed by the collector's
    /// thread, perhaps while libtorch reads it.
    /// </remarks>
    private (double Loss, long Tokens) Step(long step, double learningRate, Func<long, MaskedBatch> batches)
    {
        using var stepScope = NewDisposeScope();
        var accumulated = new MaskedBatch[_options.Accumulate];
        for (int i = 0; i < accumulated.Length; i++)
        {
            accumulated[i] = batches((step * _options.Accumulate) + i);
        }

        _replica.ClearGradients();
        double[] all = _ranks.AllReduceScalars(accumulated.Sum(batch => (long)batch.MaskedIds.Length), accumulated.Sum(batch => (long)batch.Input.Tokens));
        (long masked, long tokens) = ((long)all[0], (long)all[1]);
        double total = 0;
        for (int i = 0; i < accumulated.Length; i++)
        {
            using var scope = NewDisposeScope();
            SeedDropout((step * _options.Accumulate) + i);
            _replica.PrepareBackward(last: i == accumulated.Length - 1);
            BatchTensors tensors = BatchTensors.FromBatch(accumulated[i], _device);
            Tensor logits = _model.LogitsAt(tensors.Input, tensors.Positions); // (p, v)
            using Tensor share = tensor(1f / Math.Max(1, masked), device: _device);
            Tensor crossEntropy = nn.functional.cross_entropy(logits, tensors.Words, reduction: nn.Reduction.Sum);
            ((_teacher?.Loss(tensors, logits, crossEntropy) ?? crossEntropy) * share).backward();
            total += (crossEntropy * share).to_type(ScalarType.Float64).item<double>(); // last: reading it waits for a GPU
        }

        total = _ranks.AllReduceScalars(total)[0];
        if (!double.IsFinite(total))
        {
            throw new NonFiniteLossException(step, total, _folder.Newest, Remedy);
        }

        _replica.Step(learningRate, _options.ClipNorm);
        return (total, tokens);
    }

    /// <summary>Scores the held-out text, and keeps the model where it is the best so far.</summary>
    /// <returns>False where it was cancelled half-way: nothing is written, and the run begins with it when it goes on.</returns>
    private bool Evaluate(RunLog? log, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        _sinceRow.Stop();
        TimeSpan waited = _ranks.WaitTime;
        var own = new MaskedLmSums(0, 0, 0);
        bool cancelled = false;
        try
        {
            own = MaskedLmEvaluation.Sums(_model, _heldOut().Where((_, number) => number % _ranks.WorldSize == _ranks.Rank), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled = true;
        }

        double[] all = _ranks.AllReduceScalars(own.Loss, own.Hits, own.Count, cancelled ? 1 : 0);
        if (all[3] > 0)
        {
            return false;
        }

        MaskedLmScore score = new MaskedLmSums(all[0], (long)all[1], (long)all[2]).Score();
        if (!double.IsFinite(score.Loss))
        {
            throw new NonFiniteLossException(_state.Step, score.Loss, _folder.Newest, Remedy);
        }

        log?.Add(new LogRow(_state.Step, _state.Tokens) { EvalLoss = score.Loss, EvalAccuracy = score.Accuracy });
        if (_state.BestLoss is null || score.Loss < _state.BestLoss)
        {
            if (IsWriter)
            {
                _folder.SaveBest(_model);
            }

            _state = _state with { BestLoss = score.Loss, BestStep = _state.Step };
        }

        if (IsMilestone && IsWriter)
        {
            _folder.SaveMilestone(_model, _state.Step);
        }

        _state = _state with { EvaluatedStep = _state.Step };
        progress?.Report(new TrainingProgress(_state.Step, _options.Steps, score.Loss, 0, score));
        _waitedAtRow += _ranks.WaitTime - waited; // while the clock of the row stood still
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
                throw new NonFiniteLossException(_state.Step, double.NaN, _folder.Newest, Remedy);
            }
        }

        _replica.CheckEqual();
        using var moments = NewDisposeScope();
        IReadOnlyList<(string Name, Tensor Tensor)> all = _replica.OptimizerState();
        if (IsWriter)
        {
            _folder.SaveLast(_model, all, _state);
        }
    }

    /// <summary>
    /// Dropout depends on the seed, the batch's number and the rank only, so that a resumed run draws what the uninterrupted one drew. (Another number
    /// of ranks draws otherwise: libtorch draws for the rows of a batch at once.)
    /// </summary>
    private void SeedDropout(long batch)
    {
        batch = (batch * _ranks.WorldSize) + _ranks.Rank;
        long seed = unchecked((_options.Seed * 0x9E3779B97F4A7C1L) ^ (batch * 0x2545F4914F6CDD1DL)) & long.MaxValue;
        random.manual_seed(seed);
        if (_device.type == DeviceType.CUDA)
        {
            cuda.manual_seed(seed);
        }
    }
}

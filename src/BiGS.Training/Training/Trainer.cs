using System.Diagnostics;
using BiGS.Torch.Models;
using BiGS.Training.Distributed;
using BiGS.Training.Evaluation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>The training loop: batches, gradients, optimiser steps, with periodic logging, evaluation and checkpoints. What is minimised is the objective's.</summary>
/// <typeparam name="TBatch">What a forward pass reads.</typeparam>
internal sealed class Trainer<TBatch> : IDisposable
{
    /// <summary>Advice for the message of a loss that is not finite.</summary>
    private const string DivergenceAdvice = "a lower TrainingOptions.LearningRate, more TrainingOptions.WarmupSteps, or TrainingOptions.ClipNorm";

    private readonly ITrainingObjective<TBatch> _objective;
    private readonly HeadedModel _model;
    private readonly TrainingOptions _options;
    private readonly RunFolder _folder;
    private readonly ModelReplica _replica;
    private readonly ICommunicator _ranks;
    private readonly Schedule _schedule;
    private readonly Device _device;
    private readonly List<Parameter> _parameters;
    private readonly Stopwatch _sinceRow = new();
    private long _tokensAtRow;
    private TimeSpan _waitedAtRow;
    private TrainerState _state;

    /// <param name="objective">What is minimised; its model is on the device to train on, and its weights are replaced where the folder holds a checkpoint.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="folder">The run's folder: checkpoints and log.</param>
    /// <param name="ranks">Communicator between the ranks; null for a single process. Not disposed here.</param>
    public Trainer(ITrainingObjective<TBatch> objective, TrainingOptions options, RunFolder folder, ICommunicator? ranks = null)
    {
        _ranks = ranks ?? new SingleProcess();
        (_objective, _model) = (objective, objective.Model);
        _options = options;
        _folder = folder;
        _schedule = new Schedule(options.Schedule, options.WarmupSteps, options.Steps);
        _model.ComputeIn(options.Precision); // first: conversion to double replaces the parameters that are collected below
        _model.Bigs.Recompute = options.Recompute;
        _device = _model.Bigs.Embeddings.WordTable.device;
        _parameters = [.. _model.parameters()];
        _replica = new ModelReplica(_model, options, _ranks);
        _state = _replica.Restore(folder);
    }

    /// <summary>The current state.</summary>
    public TrainerState State => _state;

    /// <summary>Trains from the last checkpoint of the folder to the last step.</summary>
    /// <param name="batches">Returns this rank's micro-batch number step · accumulate + i. It must depend on the number only, or a resumed run differs. Called in order, on this thread.</param>
    /// <param name="progress">Reports every step.</param>
    /// <param name="cancellationToken">Checked between steps; saves, then returns.</param>
    /// <returns>The final state; after fewer steps than asked for if it was cancelled.</returns>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite. The last checkpoint is left intact.</exception>
    public TrainerState Run(Func<long, TBatch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
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

    /// <summary>True at every multiple of <paramref name="every"/> and at the last step.</summary>
    private bool IsDue(long every) => _state.Step > 0 && (_state.Step % every == 0 || _state.Step == _options.Steps);

    /// <summary>Only rank 0 writes files.</summary>
    private bool IsWriter => _ranks.Rank == 0;

    private bool IsMilestone => _options.Milestones.Contains(_state.Step);

    private void StepAndLog(RunLog? log, Func<long, TBatch> batches, IProgress<TrainingProgress>? progress)
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

    /// <summary>One optimiser step: the mean loss over all targets of the accumulated batches.</summary>
    /// <remarks>
    /// The scope holds every tensor that the step touches, gradients included: an unreferenced tensor is freed by the finalizer
    /// thread, possibly while libtorch still uses it.
    /// </remarks>
    private (double Loss, long Tokens) Step(long step, double learningRate, Func<long, TBatch> batches)
    {
        using var stepScope = NewDisposeScope();
        var accumulated = new TBatch[_options.Accumulate];
        for (int i = 0; i < accumulated.Length; i++)
        {
            accumulated[i] = batches((step * _options.Accumulate) + i);
        }

        _replica.ClearGradients();
        double[] all = _ranks.AllReduceScalars(accumulated.Sum(_objective.CountTargets), accumulated.Sum(_objective.CountTokens));
        (long targets, long tokens) = ((long)all[0], (long)all[1]);
        double total = 0;
        for (int i = 0; i < accumulated.Length; i++)
        {
            using var scope = NewDisposeScope();
            SeedDropout((step * _options.Accumulate) + i);
            _replica.PrepareBackward(last: i == accumulated.Length - 1);
            TrainingLoss loss = _objective.Loss(accumulated[i]);
            using Tensor share = tensor(1f / Math.Max(1, targets), device: _device);
            (loss.Minimized * share).backward();
            total += (loss.Reported * share).to_type(ScalarType.Float64).item<double>(); // item() waits for a GPU, so it comes after backward()
        }

        total = _ranks.AllReduceScalars(total)[0];
        if (!double.IsFinite(total))
        {
            throw new NonFiniteLossException(step, total, _folder.Newest, DivergenceAdvice);
        }

        _replica.Step(learningRate, _options.ClipNorm);
        return (total, tokens);
    }

    /// <summary>Scores the held-out text, and saves the model if it is the best so far.</summary>
    /// <returns>False if it was cancelled half-way: nothing is written, and a resumed run begins with the evaluation.</returns>
    private bool Evaluate(RunLog? log, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        _sinceRow.Stop();
        TimeSpan waited = _ranks.WaitTime;
        var own = new HeldOutSums(0, 0, 0);
        bool cancelled = false;
        _model.eval();
        try
        {
            using var untracked = inference_mode();
            own = _objective.Evaluate(_ranks.Rank, _ranks.WorldSize, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled = true;
        }
        finally
        {
            _model.train();
        }

        double[] all = _ranks.AllReduceScalars(own.Loss, own.Hits, own.Count, cancelled ? 1 : 0);
        if (all[3] > 0)
        {
            return false;
        }

        HeldOutScore score = new HeldOutSums(all[0], (long)all[1], (long)all[2]).Score();
        if (!double.IsFinite(score.Loss))
        {
            throw new NonFiniteLossException(_state.Step, score.Loss, _folder.Newest, DivergenceAdvice);
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
        _waitedAtRow += _ranks.WaitTime - waited; // evaluation time does not count in the log row
        _sinceRow.Start();
        return true;
    }

    /// <summary>An update can leave weights that are not finite after a finite loss; they must not replace a good checkpoint.</summary>
    private void SaveLast()
    {
        using (NewDisposeScope())
        {
            if (!_parameters.TrueForAll(parameter => parameter.isfinite().all().item<bool>()))
            {
                throw new NonFiniteLossException(_state.Step, double.NaN, _folder.Newest, DivergenceAdvice);
            }
        }

        _replica.CheckEqual();
        using var scope = NewDisposeScope();
        IReadOnlyList<(string Name, Tensor Tensor)> all = _replica.OptimizerState();
        if (IsWriter)
        {
            _folder.SaveLast(_model, all, _state);
        }
    }

    /// <summary>
    /// Dropout depends on the seed, the batch's number and the rank only, so that a resumed run draws what the uninterrupted one drew. (Another number
    /// of ranks gives different dropout, since libtorch draws for a whole batch at once.)
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

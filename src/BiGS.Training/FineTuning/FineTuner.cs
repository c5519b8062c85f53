using System.Diagnostics;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Fine-tuning: some epochs over labelled examples, each followed by a look at the validation examples; the best epoch's weights are what remains.
/// </summary>
internal sealed class FineTuner : IDisposable
{
    private readonly HeadedModel _model;
    private readonly FineTuningOptions _options;
    private readonly double _learningRate;
    private readonly int _padId;
    private readonly List<Parameter> _parameters;
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly bool _headIsFresh;
    private FusedAdamW? _optimizer;
    private readonly Device _device;

    /// <param name="model">With the task's head, on the device to train on.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="padId">The vocabulary's.</param>
    /// <param name="headIsFresh">Whether the head's weights are random ones: they are then fitted to what they read.</param>
    /// <exception cref="ArgumentException">The options leave nothing to train.</exception>
    public FineTuner(HeadedModel model, FineTuningOptions options, int padId, bool headIsFresh)
    {
        _headIsFresh = headIsFresh;
        _model = model;
        _options = options;
        _learningRate = options.LearningRate ?? DefaultLearningRate.For(model.Config, options);
        _padId = padId;
        _device = model.Bigs.Embeddings.WordTable.device;
        model.ComputeIn(options.Precision);
        model.Bigs.Recompute = options.Recompute;
        if (options.LoraRank is { } rank)
        {
            model.AddAdapters(rank, options.LoraAlpha, options.Seed);
        }

        IReadOnlyList<ParameterGroup> groups = ParameterGroup.Create(model, options.WeightDecay, ssmWeightDecay: 0, ssmLearningRateFactor: 1);
        if (options.FreezeSsm)
        {
            Freeze(groups[^1].Parameters.Select(p => p.Parameter));
        }

        if (options.HeadOnly || options.LoraRank is not null)
        {
            Freeze(model.named_parameters().Where(p => IsOfEncoder(p.name)).Select(p => p.parameter));
        }

        _parameters = [.. model.parameters().Where(parameter => parameter.requires_grad)];
        if (_parameters.Count == 0)
        {
            throw new ArgumentException($"there is nothing to train: the head of a {model.Architecture} has no weights of its own; leave out FineTuningOptions.HeadOnly");
        }

        _groups = groups;
    }

    /// <summary>Trains, and keeps the best epoch.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="train">What is learned from.</param>
    /// <param name="validation">What epochs are compared on.</param>
    /// <param name="bestMetric">The figure that compares them.</param>
    /// <param name="keep">Called where an epoch is the best so far, with its logits for the validation samples: the model's weights are then its.</param>
    /// <param name="progress">Reports every step and batch.</param>
    /// <param name="cancellationToken">Stops between steps; the best epoch stands.</param>
    /// <returns>Every epoch.</returns>
    /// <exception cref="NonFiniteLossException">The loss is no number any more; the best epoch stands.</exception>
    public IReadOnlyList<EpochResult> Run(
        string task, LabelledExamples train, LabelledExamples validation, string bestMetric, Action<EpochResult, IReadOnlyList<float[]>> keep,
        IProgress<FineTuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using HiddenStates? states = _options.HeadOnly ? HiddenStates.Of(_model, train.Samples, _padId, progress, cancellationToken) : null;
        HeadScale? scale = HeadScale.Of(_model, train.Samples, _padId);
        if (_headIsFresh)
        {
            scale?.Fit(_model);
        }

        _optimizer = new FusedAdamW(scale?.Apply(_groups) ?? _groups, _options.Beta1, _options.Beta2, _options.Epsilon);
        long perEpoch = SampleBatches.Count(train.Samples, _options.BatchSize);
        long all = perEpoch * _options.Epochs;
        var schedule = new Schedule(ScheduleShape.Linear, (long)(_options.Warmup * all), all);
        var epochs = new List<EpochResult>();
        EpochResult? best = null;
        long step = 0;
        for (int epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp();
            _model.train();
            double sum = 0;
            foreach (int[] batch in SampleBatches.Shuffled(train.Samples, _options.BatchSize, (ulong)_options.Seed, epoch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                double loss = Step(step, _learningRate * schedule.At(step), [.. batch.Select(i => train.Samples[i])], states?.Batch(batch));
                sum += loss;
                step++;
                progress?.Report(new FineTuningProgress($"epoch {epoch} of {_options.Epochs}", step, all, loss));
            }

            IReadOnlyList<float[]> answers = BatchedInference.Logits(_model, validation.Samples, _padId, progress, cancellationToken);
            Score score = validation.Score(task, answers);
            var result = new EpochResult(epoch, sum / perEpoch, score, Stopwatch.GetElapsedTime(start).TotalSeconds);
            epochs.Add(result);
            if (best is null || score.Metrics[bestMetric] > best.Score.Metrics[bestMetric])
            {
                best = result;
                keep(result, answers);
            }
            else if (epoch - best.Epoch >= _options.Patience)
            {
                break;
            }
        }

        return epochs;
    }

    public void Dispose() => _optimizer?.Dispose();

    /// <summary>What pretraining trained: neither head, nor pooler, nor adapter.</summary>
    private static bool IsOfEncoder(string name) => name.StartsWith("bigs.", StringComparison.Ordinal)
        && !name.StartsWith("bigs.pooler.", StringComparison.Ordinal) && !name.Contains($".{Adapters.ModuleName}.", StringComparison.Ordinal);

    private static void Freeze(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.requires_grad = false;
        }
    }

    /// <summary>One step on one batch. The scope holds every tensor that it touches, gradients included (see <see cref="Trainer{TBatch}"/>).</summary>
    private double Step(long step, double learningRate, Sample[] samples, Tensor? states)
    {
        using var scope = NewDisposeScope();
        foreach (Parameter parameter in _parameters)
        {
            parameter.grad?.zero_();
        }

        random.manual_seed(unchecked((_options.Seed * 0x9E3779B97F4A7C1L) ^ step) & long.MaxValue);
        int length = states is null ? BatchedInference.LengthOf(_model.Config, samples) : (int)states.shape[^2];
        SampleBatch batch = SampleBatch.Create(samples, _padId, length, _device);
        ModelOutput output = states is null ? _model.Forward(batch.Input, batch.Labels) : _model.Head(states, batch.Input.AttentionMask, batch.Labels);
        double loss = output.Loss!.to_type(ScalarType.Float64).item<double>();
        if (!double.IsFinite(loss))
        {
            throw new NonFiniteLossException(step, loss, null, "a lower FineTuningOptions.LearningRate");
        }

        output.Loss!.backward();
        _optimizer!.Step(learningRate);
        return loss;
    }
}

using System.Diagnostics;
using BiGS.Training;

namespace BiGS.Cli.Commands;

/// <summary>What a step looks like on the way: loss, speed, time left. The loss is smoothed over about fifty steps, for the eye only.</summary>
internal sealed class StepClock
{
    private const double Smoothing = 0.98;

    private readonly Stopwatch _since = new();
    private long _startStep;
    private long _tokens;
    private double? _loss;
    private string _heldOut = "";

    public void Start(long step)
    {
        _startStep = step;
        _since.Restart();
    }

    public string After(TrainingProgress step)
    {
        if (step.HeldOut is { } score)
        {
            _heldOut = $", held out {score.Loss:f3} ({score.Accuracy:P1})";
        }
        else
        {
            _tokens += step.Tokens;
            _loss = _loss is { } before ? (Smoothing * before) + ((1 - Smoothing) * step.Loss) : step.Loss;
        }

        double seconds = _since.Elapsed.TotalSeconds;
        long done = Math.Max(1, step.Step - _startStep);
        TimeSpan left = TimeSpan.FromSeconds(seconds / done * (step.Steps - step.Step));
        return $"step {step.Step:N0} of {step.Steps:N0}, loss {_loss:f3}{_heldOut}, {_tokens / Math.Max(seconds, 1e-3):N0} tokens/s, {Left(left)} left";
    }

    private static string Left(TimeSpan left) =>
        left.TotalHours >= 1 ? $"{left.TotalHours:f1} h" : left.TotalMinutes >= 1 ? $"{left.TotalMinutes:f0} min" : $"{left.TotalSeconds:f0} s";
}

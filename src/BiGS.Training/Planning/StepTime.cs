using System.Diagnostics;
using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.Planning;

/// <summary>How fast a device trains: a few steps of the model itself on random words, timed.</summary>
internal static class StepTime
{
    /// <summary>Steps that count; two before them prepare products for their shapes.</summary>
    private const int Counted = 3;
    private const int WarmUps = 2;

    /// <summary>The median of a few steps.</summary>
    /// <param name="run">Its shape (vocabulary and positions included), precision, route, length of rows, and what the optimiser wants.</param>
    /// <param name="rows">Of a batch.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="progress">How many steps are done, of 1.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>Tokens of a second.</returns>
    public static double TokensPerSecond(
        PretrainingOptions run, int rows, Device device, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingOptions recipe = run.Training;
        using var model = new BiGSForMaskedLM(run.Model, SsmRoutes.Get(run.Route));
        model.Initialize(recipe.Seed);
        model.to(device);
        model.ComputeIn(recipe.Precision);
        model.Bigs.Recompute = recipe.Recompute;
        model.train();
        List<Parameter> parameters = [.. model.parameters()];
        using IOptimizer optimizer = Optimizers.Create(model, recipe);
        MaskedBatch batch = RandomWords(run.Model.VocabSize, rows, run.MaxLength, run.Masking.Rate);
        double[] seconds = new double[Counted];
        for (int turn = -WarmUps; turn < Counted; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            Step(model, parameters, optimizer, batch, device);
            progress?.Report((turn + WarmUps + 1.0) / (WarmUps + Counted));
            if (turn >= 0)
            {
                seconds[turn] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        return rows * run.MaxLength / seconds.Order().ElementAt(Counted / 2);
    }

    private static void Step(BiGSForMaskedLM model, List<Parameter> parameters, IOptimizer optimizer, MaskedBatch batch, Device device)
    {
        using var scope = NewDisposeScope();
        foreach (Parameter parameter in parameters)
        {
            parameter.grad?.zero_();
        }

        BatchTensors tensors = BatchTensors.FromBatch(batch, device);
        nn.functional.cross_entropy(model.LogitsAt(tensors.Input, tensors.Positions), tensors.Words).backward();
        optimizer.Step(1e-6);
        parameters[0].flatten().narrow(0, 0, 1).cpu(); // a number of the result is waited for: a GPU answers before it has computed
    }

    /// <summary>The arithmetic does not depend on the words, only on how many are asked for.</summary>
    private static MaskedBatch RandomWords(int words, int rows, int length, double masked)
    {
        var random = new Random(1);
        long[] ids = [.. Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(words))];
        long asked = Math.Max(1, (long)(masked * ids.Length));
        long[] positions = [.. Enumerable.Range(0, (int)asked).Select(i => i * ids.Length / asked)];
        return new MaskedBatch(
            new Batch(rows, length, ids, [.. Enumerable.Repeat(1L, ids.Length)], new long[ids.Length], ids.Length),
            positions, [.. positions.Select(at => ids[at])]);
    }
}

using System.Diagnostics;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.Evaluation;

/// <summary>How long a model takes to read one row.</summary>
internal static class ForwardTime
{
    /// <summary>Turns that count; one before them prepares products for their shapes.</summary>
    private const int Turns = 5;

    /// <summary>The median time of a forward pass through embeddings and layers, without the head.</summary>
    /// <param name="model">In evaluation mode; a frozen one keeps what it lays out for a length.</param>
    /// <param name="length">Tokens of the row, all of them text.</param>
    /// <param name="cancellationToken">Stops between turns.</param>
    /// <returns>Seconds.</returns>
    /// <exception cref="ArgumentException">The row is longer than the position table.</exception>
    public static double Median(HeadedModel model, int length, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        Device device = model.Bigs.Embeddings.WordTable.device;
        long[] ids = [.. Enumerable.Range(0, length).Select(i => (long)(i % model.Config.VocabSize))];
        var input = new ModelInput(tensor(ids, [1, length], device: device));
        double[] seconds = new double[Turns];
        for (int turn = -1; turn < Turns; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            Read(model, input);
            if (turn >= 0)
            {
                seconds[turn] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        return seconds.Order().ElementAt(Turns / 2);
    }

    private static void Read(HeadedModel model, ModelInput input)
    {
        using var scope = NewDisposeScope();
        // A number of the result is waited for: a GPU answers before it has computed.
        model.Bigs.Encode(input).flatten().narrow(0, 0, 1).cpu();
    }
}

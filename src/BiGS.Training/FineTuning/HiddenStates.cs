using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The last hidden states of samples, computed once: what a head is trained on where the encoder stays as it is. Kept in bf16, 2 d bytes a token.
/// </summary>
internal sealed class HiddenStates : IDisposable
{
    private readonly Tensor[] _states;
    private readonly Device _device;

    private HiddenStates(Tensor[] states, Device device)
    {
        _states = states;
        _device = device;
    }

    public static HiddenStates Of(HeadedModel model, IReadOnlyList<Sample> samples, int padId, IProgress<FineTuningProgress>? progress, CancellationToken cancellationToken)
    {
        using var untracked = no_grad();
        model.eval();
        Device device = model.Bigs.Embeddings.WordTable.device;
        var states = new Tensor[samples.Count];
        for (int i = 0; i < states.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Sample sample = samples[i];
            int length = BatchedInference.LengthOf(model.Config, [sample]);
            Tensor last = model.Forward(SampleBatch.Create([sample], padId, length, device).Input).LastHiddenState; // (rows, l, d)
            states[i] = last.to_type(ScalarType.BFloat16).cpu().DetachFromDisposeScope();
            progress?.Report(new FineTuningProgress("reading once", i + 1, states.Length));
        }

        return new HiddenStates(states, device);
    }

    /// <summary>The states of some samples, padded with zeros to the longest: (b, l, d), or (b, choices, l, d).</summary>
    public Tensor Batch(IReadOnlyList<int> chosen)
    {
        using var scope = NewDisposeScope();
        long length = chosen.Max(i => _states[i].shape[1]);
        Tensor[] padded = [.. chosen.Select(i => nn.functional.pad(_states[i], [0, 0, 0, length - _states[i].shape[1]]))];
        Tensor batch = stack(padded); // (b, rows, l, d)
        return (batch.shape[1] == 1 ? batch.squeeze(1) : batch).to(_device).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor states in _states)
        {
            states.Dispose();
        }
    }
}

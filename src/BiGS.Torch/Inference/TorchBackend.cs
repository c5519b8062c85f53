using BiGS.Inference;
using BiGS.Torch.Checkpoints;

namespace BiGS.Torch.Inference;

/// <summary>libtorch: computes a checkpoint, on a device, in a precision, by a route.</summary>
/// <param name="Options">Device, precision and route.</param>
public sealed record TorchBackend(TorchOptions Options) : IInferenceBackend
{
    /// <summary>On the processor, in single precision.</summary>
    public TorchBackend()
        : this(new TorchOptions())
    {
    }

    /// <inheritdoc/>
    public IModelSession Open(string folder)
    {
        OpenedCheckpoint opened = CheckpointFolder.Open(folder, Options);
        opened.Model.Freeze();
        return new TorchSession(opened, Options);
    }
}

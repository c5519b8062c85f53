using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Inference;

/// <summary>A checkpoint, frozen, that libtorch computes.</summary>
internal sealed class TorchSession : IModelSession
{
    private readonly HeadedModel _model;
    private readonly Device _device;

    public TorchSession(OpenedCheckpoint opened, TorchOptions options)
    {
        _model = opened.Model;
        _device = options.Device;
        Precision = options.Precision;
        HasTrainedHead = opened.NewlyInitialized.Count == 0;
        NoAnswerThreshold = opened.File.NoAnswerThreshold;
        Labels = opened.File.Labels;
        Warnings = opened.Warnings;
    }

    public BiGSConfig Config => _model.Config;

    public string Architecture => _model.Architecture;

    public Precision Precision { get; }

    public bool HasTrainedHead { get; }

    public IReadOnlyList<string>? Labels { get; }

    public double? NoAnswerThreshold { get; }

    public IReadOnlyList<string> Warnings { get; }

    public IReadOnlyList<OutputTensor> Compute(Batch batch, params string[] outputs)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        ModelInput input = ModelInput.FromBatch(batch, _device);
        if (outputs is [ModelOutputs.LastHiddenState])
        {
            return [Read(_model.Bigs.Encode(input))];
        }

        ModelOutput output = _model.Forward(input);
        return [.. outputs.Select(name => Read(name switch
        {
            ModelOutputs.LastHiddenState => output.LastHiddenState,
            ModelOutputs.PoolerOutput => output.PoolerOutput ?? throw new ArgumentException($"A {Architecture} has no pooler."),
            _ => output.Results[name],
        }))];
    }

    public OutputTensor LogitsAt(Batch batch, long[] positions)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        return Read(((BiGSForMaskedLM)_model).LogitsAt(ModelInput.FromBatch(batch, _device), tensor(positions, device: _device)));
    }

    public IReadOnlyList<KernelShape> Kernels(int length) => KernelShapes.Compute(_model, length);

    public void Dispose() => _model.Dispose();

    private static OutputTensor Read(Tensor tensor) => new(tensor.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), tensor.shape);
}

using BiGS.Batches;
using BiGS.Checkpoints;
using BiGS.Models;
using static TorchSharp.torch;

namespace BiGS.Pipelines;

/// <summary>A checkpoint, frozen, that libtorch computes.</summary>
internal sealed class TorchSession : IModelSession
{
    private readonly HeadedModel _model;
    private readonly Device _device;

    public TorchSession(OpenedCheckpoint opened, Device device)
    {
        _model = opened.Model;
        _device = device;
        HasTrainedHead = opened.Fresh.Count == 0;
        NoAnswerThreshold = opened.File.NoAnswerThreshold;
        Labels = opened.File.Labels;
        Warnings = opened.Warnings;
    }

    public BiGSConfig Config => _model.Config;

    public string Architecture => _model.Architecture;

    public bool HasTrainedHead { get; }

    public IReadOnlyList<string>? Labels { get; }

    public double? NoAnswerThreshold { get; }

    public IReadOnlyList<string> Warnings { get; }

    public IReadOnlyList<OutputTensor> Compute(Batch batch, params string[] outputs)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        ModelInput input = Input(batch);
        if (outputs is ["last_hidden_state"])
        {
            return [Read(_model.Bigs.Encode(input))];
        }

        ModelOutput output = _model.Forward(input);
        return [.. outputs.Select(name => Read(name switch
        {
            "last_hidden_state" => output.LastHiddenState,
            "pooler_output" => output.PoolerOutput ?? throw new ArgumentException($"A {Architecture} has no pooler."),
            _ => output.Results[name],
        }))];
    }

    public OutputTensor LogitsAt(Batch batch, long[] positions)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        return Read(((BiGSForMaskedLM)_model).LogitsAt(Input(batch), tensor(positions, device: _device)));
    }

    public IReadOnlyList<KernelShape> Kernels(int length) => KernelShape.Of(_model, length);

    public void Dispose() => _model.Dispose();

    private ModelInput Input(Batch batch)
    {
        Tensor AsRows(long[] values) => tensor(values, [batch.Rows, batch.Length], device: _device); // (b, l)
        Tensor? mask = batch.Tokens < batch.Rows * batch.Length ? AsRows(batch.AttentionMask) : null;
        return new ModelInput(AsRows(batch.InputIds), mask, AsRows(batch.TokenTypeIds));
    }

    private static OutputTensor Read(Tensor tensor) => new(tensor.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), tensor.shape);
}

using BiGS.Configuration;
using BiGS.Onnx;

namespace BiGS.Inference;

/// <summary>A model that ONNX Runtime computes.</summary>
internal sealed class OnnxSession(OnnxModel model) : IModelSession
{
    public BiGSConfig Config => model.File.Config;

    public string Architecture => model.File.Architecture;

    public Precision Precision => model.IsInt8 ? Precision.Int8 : Precision.Fp32;

    public bool HasTrainedHead => model.HasTrainedHead;

    public IReadOnlyList<string>? Labels => model.File.Labels;

    public double? NoAnswerThreshold => model.File.NoAnswerThreshold;

    public IReadOnlyList<string> Warnings => model.Warnings;

    public IReadOnlyList<OutputTensor> Compute(Batch batch, params string[] outputs)
    {
        if (batch.Length > Config.MaxPositionEmbeddings && (Config.Routing == Routing.Ssm || Config.PositionEmbeddingType == PositionEmbedding.Absolute))
        {
            throw new ArgumentException($"the text has {batch.Length} tokens, but the model reads at most {Config.MaxPositionEmbeddings}; shorten or split it.");
        }

        return [.. model.Run([batch.Rows, batch.Length], batch.InputIds, batch.AttentionMask, batch.TokenTypeIds, outputs)
            .Select(output => new OutputTensor(output.Values, output.Shape))];
    }

    /// <summary>The encoder computes all positions, and the head only those that are asked for.</summary>
    public OutputTensor LogitsAt(Batch batch, long[] positions)
    {
        OutputTensor states = Compute(batch, ModelOutputs.LastHiddenState)[0]; // (b, l, d)
        float[] chosen = new float[positions.Length * states.Width];
        for (int p = 0; p < positions.Length; p++)
        {
            states.Row((int)positions[p]).CopyTo(chosen.AsSpan(p * states.Width));
        }

        (float[] values, long[] shape) = model.Logits(chosen);
        return new OutputTensor(values, shape[1..]);
    }

    public IReadOnlyList<KernelShape> Kernels(int length) =>
        [.. model.Kernels(length).Select(kernel => new KernelShape(kernel.Layer, kernel.Direction, kernel.Head, kernel.Values))];

    public void Dispose() => model.Dispose();
}

namespace BiGS.Inference;

/// <summary>How to open a model: what every pipeline's <c>Open</c> takes beside the folder.</summary>
public sealed record OpenOptions
{
    /// <summary>What computes the model; ONNX Runtime unless another is set.</summary>
    public IInferenceBackend Backend { get; init; } = new OnnxBackend();

    /// <summary>The folder with vocab.txt or tokenizer.json; null where they lie beside the model.</summary>
    public string? TokenizerFolder { get; init; }
}

using BiGS.Configuration;
using BiGS.SentenceTransformers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Weights;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Training.Distillation;

/// <summary>
/// An encoder whose texts are the mean over their tokens, mapped to the teacher's width by a dense layer that learns with it: both models' vectors lie in
/// one space. What a run leaves is a folder of sentence-transformers, with the dense layer as a module of it.
/// </summary>
internal sealed class StudentModel : HeadedModel
{
    [ComponentName(Name = "projection")]
    private readonly Dense _projection;

    public StudentModel(BiGSConfig config, ISsmRoute route, int dimensions)
        : base(nameof(StudentModel), config, route, withPooler: false)
    {
        _projection = new Dense(config.HiddenSize, dimensions);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.Embedding;

    /// <summary>(k, d): from hidden states to the teacher's space.</summary>
    internal Tensor Projection => _projection.get_parameter("weight")!;

    /// <summary>Vectors of texts.</summary>
    /// <param name="input">(b, l).</param>
    /// <returns>(b, k), of any length.</returns>
    public Tensor Vectors(ModelInput input) => Head(Bigs.Encode(input), input.AttentionMask).PoolerOutput!;

    /// <summary>The same with the layers left out: the mean of the words' own vectors.</summary>
    /// <inheritdoc cref="Vectors"/>
    public Tensor WordVectors(ModelInput input) => Head(Bigs.EmbedWords(input), input.AttentionMask).PoolerOutput!;

    /// <inheritdoc/>
    public override ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null)
    {
        Tensor vectors = _projection.forward(SentencePooling.Mean.Pool(last, attentionMask));
        return new ModelOutput(new Dictionary<string, Tensor> { [ModelOutputs.SentenceEmbedding] = vectors }, last, vectors);
    }

    /// <summary>Takes over the encoder of a model of the same shape.</summary>
    public void CopyEncoder(HeadedModel other) => Copy(other, this);

    /// <summary>Writes the model as everyone opens it: the encoder, and what follows it as modules of sentence-transformers.</summary>
    public void Export(string folder)
    {
        using var encoder = new BiGSForEmbedding(Config, SsmRoutes.Auto);
        Copy(this, encoder);
        CheckpointFolder.Save(folder, encoder);
        SentenceTransformerFiles.Remove(folder);
        SentenceTransformerFiles.Complete(folder, Config, dimensions: (int)Projection.shape[0]);
        SafetensorsWriter.Write(
            Path.Combine(folder, SentenceTransformerFiles.DenseFolder, SafetensorsFile.DefaultName),
            [("linear.weight", Projection), ("linear.bias", _projection.get_parameter("bias")!)]);
    }

    private static void Copy(HeadedModel from, HeadedModel to)
    {
        using var untracked = no_grad();
        var source = from.Bigs.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach ((string name, Parameter parameter) in to.Bigs.named_parameters())
        {
            parameter.copy_(source[name]);
        }
    }
}

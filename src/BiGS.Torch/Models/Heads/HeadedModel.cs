using BiGS.Configuration;
using BiGS.Torch.Ssm;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>What a headed model learns from; which of them it reads is the head's own matter.</summary>
/// <param name="Labels">Masked words: (b, l) with −100 where nothing is asked; classes: (b); values: (b), floating; tags: (b, l).</param>
/// <param name="StartPositions">(b): where an answer begins.</param>
/// <param name="EndPositions">(b): where it ends, inclusive.</param>
public sealed record ModelLabels(Tensor? Labels = null, Tensor? StartPositions = null, Tensor? EndPositions = null);

/// <summary>What a headed model says.</summary>
/// <param name="Results">By the names that Hugging Face gives them: <c>logits</c>, or <c>start_logits</c> and <c>end_logits</c>.</param>
/// <param name="LastHiddenState">(b, l, d).</param>
/// <param name="PoolerOutput">(b, d), where the head reads the pooler.</param>
/// <param name="Loss">A scalar, where labels were given.</param>
public sealed record ModelOutput(
    IReadOnlyDictionary<string, Tensor> Results, Tensor LastHiddenState, Tensor? PoolerOutput = null, Tensor? Loss = null);

/// <summary>An encoder with one of the authors' heads. Checkpoint keys: <c>bigs.*</c> and the head's.</summary>
public abstract class HeadedModel : nn.Module
{
    /// <summary>PyTorch's mark for positions without a label.</summary>
    public const long IgnoredLabel = -100;

    protected HeadedModel(string name, BiGSConfig config, ISsmRoute route, bool withPooler)
        : base(name)
    {
        Config = config.Validate();
        Bigs = new BiGSModel(config, route, withPooler);
        register_module("bigs", Bigs);
    }

    public BiGSConfig Config { get; }

    /// <summary>The name of the head in <c>architectures</c> of config.json.</summary>
    public abstract string Architecture { get; }

    /// <summary>The encoder below the head.</summary>
    public BiGSModel Bigs { get; }

    /// <summary>Sets the type of the products: Float32, or BFloat16 over fp32 master weights.</summary>
    public virtual void ComputeIn(ScalarType type) => Bigs.ComputeIn(type);

    /// <summary>
    /// From now on the weights stay as they are, and answering gets cheaper: blocks keep their dense weights in the type that they multiply in,
    /// and SSMs are laid out once for a length. The model can neither be trained nor saved after this.
    /// </summary>
    public virtual void Freeze()
    {
        eval();
        foreach (Block block in Bigs.Layers)
        {
            foreach (nn.Module module in block.modules())
            {
                switch (module)
                {
                    case Dense dense:
                        dense.to(block.ComputeType);
                        break;
                    case S4D ssm:
                        ssm.Freeze();
                        break;
                }
            }
        }
    }

    /// <param name="input">Rows of ids.</param>
    /// <param name="labels">Null for no loss.</param>
    /// <param name="hiddenStates">Takes all hidden states, embeddings first.</param>
    public virtual ModelOutput Forward(ModelInput input, ModelLabels? labels = null, ICollection<Tensor>? hiddenStates = null) =>
        Head(Bigs.Encode(input, hiddenStates), input.AttentionMask, labels);

    /// <summary>What the head makes of the encoder's last hidden states: all that is left to do where the encoder stays as it is.</summary>
    /// <param name="last">(b, l, d).</param>
    /// <param name="attentionMask">(b, l), 1 = text; null where no position is padding.</param>
    /// <param name="labels">Null for no loss.</param>
    public abstract ModelOutput Head(Tensor last, Tensor? attentionMask, ModelLabels? labels = null);

    /// <summary>The dropout in front of a classifier.</summary>
    protected Tensor BeforeClassifier(Tensor x)
    {
        double p = Config.ClassifierDropout ?? Config.HiddenDropoutProb;
        return p > 0 ? nn.functional.dropout(x, p, training) : x;
    }

    protected static IReadOnlyDictionary<string, Tensor> Logits(Tensor logits) => new Dictionary<string, Tensor> { [ModelOutputs.Logits] = logits };
}

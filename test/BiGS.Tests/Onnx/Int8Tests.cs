using BiGS.Inference;
using BiGS.Pipelines;

namespace BiGS.Tests.Onnx;

/// <summary>In eight bits a model answers nearly as it does in single precision.</summary>
public class Int8Tests
{
    private static readonly OpenOptions Int8 = new() { Backend = new OnnxBackend { Precision = Precision.Int8, Threads = 1 } };

    private static readonly OpenOptions Fp32 = new() { Backend = new OnnxBackend { Threads = 1 } };

    private static readonly string[] Sentences =
    [
        "The river flows into the [MASK].", "She opened the [MASK] and looked out.", "He was born in [MASK] in 1950.", "The dogs [MASK] running in the park.",
        "They have two children, a son and a [MASK].", "The king and the [MASK] were married.", "Water is made of [MASK] and oxygen.", "The book was [MASK] in 1999.",
        "The children [MASK] to school every day.", "It is one of the [MASK] cities in the world.",
    ];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public void Vectors_point_the_same_way()
    {
        using Embedder whole = Embedder.Open(Fp32);
        using Embedder eight = Embedder.Open(Int8);
        double[] cosines = [.. whole.Embed(Sentences, cancellationToken: Now).Zip(eight.Embed(Sentences, cancellationToken: Now), (a, b) => a.Zip(b, (x, y) => (double)x * y).Sum())];
        Assert.All(cosines, cosine => Assert.InRange(cosine, 0.995, 1.000_01));
        Assert.Contains(cosines, cosine => cosine < 0.999_999); // eight bits they are
    }

    [Fact]
    public void Words_are_the_same_mostly()
    {
        using FillMask whole = FillMask.Open(Fp32);
        using FillMask eight = FillMask.Open(Int8);
        int same = whole.Fill(Sentences, 1, Now).Zip(eight.Fill(Sentences, 1, Now)).Count(pair => pair.First[0].Candidates[0].Id == pair.Second[0].Candidates[0].Id);
        Assert.InRange(same, 8, 10);
    }

    [Fact]
    public void Other_precisions_are_refused() =>
        Assert.Contains("Bf16", Assert.Throws<ArgumentException>(() => Embedder.Open(new OpenOptions { Backend = new OnnxBackend { Precision = Precision.Bf16 } })).Message, StringComparison.Ordinal);
}

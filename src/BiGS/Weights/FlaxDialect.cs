namespace BiGS.Weights;

/// <summary>
/// How Flax names and lays out what PyTorch's state_dict holds: the encoder is <c>s4_bert</c>, a dense layer has a <c>kernel</c> (in, out) for its
/// <c>weight</c> (out, in), a LayerNorm a <c>scale</c>, a table an <c>embedding</c>, and the parameters of an SSM lie beside its D.
/// </summary>
internal static class FlaxDialect
{
    private const string TheirEncoder = "s4_bert";
    private const string OurEncoder = "bigs";

    private static readonly string[] KernelParts = ["A_re", "A_im", "C", "log_step"];
    private static readonly string[] Ssms = ["fs4", "bs4"];

    /// <summary>PyTorch's name of a weight, and whether it is transposed.</summary>
    /// <param name="path">The words that lead to the array.</param>
    public static (string Name, bool Transposed) FromFlax(IReadOnlyList<string> path)
    {
        string[] words = [.. path];
        if (words[0] == TheirEncoder)
        {
            words[0] = OurEncoder;
        }

        if (words is [.., var ssm, var part] && Ssms.Contains(ssm) && KernelParts.Contains(part))
        {
            words = [.. words[..^1], "kernel", part];
        }

        bool transposed = words[^1] == "kernel";
        words[^1] = words[^1] is "kernel" or "scale" or "embedding" ? "weight" : words[^1];
        return (string.Join('.', words), transposed);
    }

    /// <summary>The words that lead to a weight in a Flax file, and whether it is transposed.</summary>
    /// <exception cref="InvalidDataException">Flax has no name for it that would be read as this weight again.</exception>
    public static (string[] Path, bool Transposed) ToFlax(string name)
    {
        string[] words = name.Split('.');
        if (words[0] == OurEncoder)
        {
            words[0] = TheirEncoder;
        }

        if (words is [.., var ssm, "kernel", var part] && Ssms.Contains(ssm))
        {
            words = [.. words[..^2], part];
        }
        else if (words is [.., var layer, "weight"])
        {
            words[^1] = layer.EndsWith("LayerNorm", StringComparison.Ordinal) ? "scale"
                : layer.EndsWith("_embeddings", StringComparison.Ordinal) ? "embedding" : "kernel";
        }

        (string back, bool transposed) = FromFlax(words);
        return back == name
            ? (words, transposed)
            : throw new InvalidDataException($"A Flax file cannot hold the weight \"{name}\": it would be read as \"{back}\"; write safetensors or pytorch.");
    }
}

using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>How several ranks share an optimiser's state.</summary>
internal interface IOptimizerShards
{
    /// <summary>The elements of a parameter whose state this rank keeps, and which it steps.</summary>
    (long Start, long Length) Own(string name);

    /// <summary>Makes whole tensors of what every rank keeps a part of. Asked for by all ranks alike.</summary>
    /// <param name="names">The parameters that are asked for.</param>
    /// <param name="own">Gives this rank's part of what belongs to a parameter.</param>
    /// <returns>By the parameters' names, in their shapes; the caller's.</returns>
    IReadOnlyDictionary<string, Tensor> GatherFull(IReadOnlyCollection<string> names, Func<string, Tensor> own);
}

/// <summary>What a rank keeps and steps of a parameter, sharded or not.</summary>
internal static class OptimizerShardsExtensions
{
    /// <summary>The part of a tensor that is this rank's own, a flat view of it; the tensor itself where nothing is shared out.</summary>
    /// <param name="shards">Null where all of the state is here.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="whole">The parameter, its gradient or its state, in its shape.</param>
    public static Tensor PartOf(this IOptimizerShards? shards, string name, Tensor whole)
    {
        if (shards is null)
        {
            return whole;
        }

        (long start, long length) = shards.Own(name);
        return whole.view(-1).narrow(0, start, length);
    }
}

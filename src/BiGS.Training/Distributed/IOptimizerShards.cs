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

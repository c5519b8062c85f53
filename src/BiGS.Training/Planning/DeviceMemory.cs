namespace BiGS.Training.Planning;

/// <summary>What a device holds of a model that it trains, in bytes; activations, which grow with the rows of a batch, come on top.</summary>
/// <param name="Weights">In single precision.</param>
/// <param name="Gradients">In single precision.</param>
/// <param name="Moments">Adam's two, in single precision; a part of them where the ranks share them out.</param>
internal sealed record DeviceMemory(double Weights, double Gradients, double Moments)
{
    private const double Single = 4;

    public double Total => Weights + Gradients + Moments;

    /// <param name="parameters">Of the model.</param>
    /// <param name="shards">Among how many ranks Adam's moments are shared out; 1 where each keeps all of them.</param>
    public static DeviceMemory Estimate(long parameters, int shards) => new(Single * parameters, Single * parameters, 2 * Single * parameters / shards);
}

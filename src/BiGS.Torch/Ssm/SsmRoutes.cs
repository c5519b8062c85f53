using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>The choice of a route: by length where nobody asks for one.</summary>
public sealed class SsmRoutes : ISsmRoute
{
    /// <summary>Up to here one matrix product wins over chunks (docs/results/speed.md).</summary>
    private const long LongestToeplitz = 512;

    private static readonly ISsmRoute Toeplitz = new ToeplitzProduct();
    private static readonly ISsmRoute Chunked = new ChunkedScan();

    private static readonly Dictionary<string, ISsmRoute> ByName = new()
    {
        ["auto"] = new SsmRoutes(),
        ["recurrent"] = new Recurrence(),
        ["fft"] = new FftConvolution(),
        ["toeplitz"] = Toeplitz,
        ["chunked"] = Chunked,
    };

    private SsmRoutes()
    {
    }

    /// <summary>The names that <see cref="Get"/> takes.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Toeplitz for short rows, chunks for long ones.</summary>
    public static ISsmRoute Auto => ByName["auto"];

    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static ISsmRoute Get(string name) =>
        ByName.TryGetValue(name, out ISsmRoute? route)
            ? route
            : throw new ArgumentException($"There is no route \"{name}\"; choose one of {string.Join(", ", Names)}.");

    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction) =>
        At(length).Prepare(system, length, type, direction);

    /// <summary>What "auto" stands for at a length.</summary>
    internal static ISsmRoute At(long length) => length <= LongestToeplitz ? Toeplitz : Chunked;
}

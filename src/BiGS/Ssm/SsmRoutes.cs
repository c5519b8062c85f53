using static TorchSharp.torch;

namespace BiGS.Ssm;

/// <summary>The choice of a route: by length where nobody asks for one.</summary>
public sealed class SsmRoutes : ISsmRoute
{
    /// <summary>Up to here the matrix product wins over the transform on a processor (docs/results.md).</summary>
    private const long LongestToeplitz = 1024;

    private static readonly ISsmRoute Toeplitz = new ToeplitzProduct();
    private static readonly ISsmRoute Fft = new FftConvolution();

    private static readonly Dictionary<string, ISsmRoute> ByName = new()
    {
        ["auto"] = new SsmRoutes(),
        ["recurrent"] = new Recurrence(),
        ["fft"] = Fft,
        ["toeplitz"] = Toeplitz,
    };

    private SsmRoutes()
    {
    }

    /// <summary>The names that <see cref="Named"/> takes.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Toeplitz for short rows, FFT for long ones.</summary>
    public static ISsmRoute Auto => ByName["auto"];

    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static ISsmRoute Named(string name) =>
        ByName.TryGetValue(name, out ISsmRoute? route)
            ? route
            : throw new ArgumentException($"There is no route \"{name}\"; choose one of {string.Join(", ", Names)}.");

    /// <inheritdoc/>
    public Tensor Apply(DiscreteSystem system, Tensor u, Direction direction) =>
        (u.shape[2] <= LongestToeplitz ? Toeplitz : Fft).Apply(system, u, direction);
}

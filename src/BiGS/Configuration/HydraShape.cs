namespace BiGS.Configuration;

/// <summary>
/// The widths of a Hydra mixer (<see cref="Routing.Hydra"/>). All follow from the model's: the values are as wide as makes the mixer as large as the other
/// two, 4 d (d + 1) weights.
/// </summary>
/// <param name="Heads">m: heads, each with one decay; <see cref="BiGSConfig.NumSsmHeads"/>.</param>
/// <param name="HeadWidth">p: values of a head.</param>
/// <param name="States">N: states of a head in each direction; <see cref="BiGSConfig.StateSize"/>.</param>
internal readonly record struct HydraShape(int Heads, int HeadWidth, int States)
{
    /// <summary>Taps of the convolution: a word and three on either side.</summary>
    public const int Taps = 7;

    /// <summary>Positions of a chunk, within which all pairs are computed; from chunk to chunk only states are carried.</summary>
    public const int ChunkLength = 64;

    /// <summary>e = m p: all values.</summary>
    public int Inner => Heads * HeadWidth;

    /// <summary>e + 4N: values, then B and C forward, then B and C backward.</summary>
    public int Channels => Inner + (4 * States);

    /// <summary>The mixer that a configuration asks for.</summary>
    public static HydraShape Of(BiGSConfig config)
    {
        double d = config.HiddenSize;
        double m = config.NumSsmHeads;
        double ofStates = 4.0 * config.StateSize * (d + Taps + 2);
        double ofHeads = (2 * m * (d + 1)) + (2 * m) + d;
        double perValue = (2 * d) + Taps + 4 + m; // into it and out of it, its taps, its norm, its part of D
        return new HydraShape(config.NumSsmHeads, (int)Math.Round(((4 * d * (d + 1)) - ofStates - ofHeads) / perValue / m), config.StateSize);
    }
}

namespace BiGS.Training.Distributed;

/// <summary>
/// How long W ranks take to sum their gradients over a ring, where each passes a W-th to its neighbour 2 (W − 1) times
/// (Patarasuk and Yuan 2009):
/// <code>
/// 2 (W − 1) / W · bytes / bandwidth + buckets · 2 (W − 1) · latency
/// </code>
/// Gradients travel in buckets while the backward pass still computes others, so that part of this costs nothing; the last bucket is full
/// only when the backward pass is over, and hides behind nothing.
/// </summary>
/// <param name="BytesPerSecond">What a rank sends to its neighbour in a second.</param>
/// <param name="Latency">Seconds before the first byte of a message arrives.</param>
/// <param name="Buckets">Into how many messages the gradients are put.</param>
internal sealed record AllReduceCost(double BytesPerSecond, double Latency, int Buckets)
{
    /// <summary>The whole of it, hidden or not.</summary>
    /// <param name="bytes">Of the gradients of one rank.</param>
    /// <param name="ranks">W; one has nobody to send to.</param>
    /// <returns>Seconds.</returns>
    public double Seconds(double bytes, int ranks)
    {
        double passes = 2.0 * (ranks - 1);
        return (passes / ranks * bytes / BytesPerSecond) + (Buckets * passes * Latency);
    }

    /// <summary>What remains when the backward pass is over: what did not fit behind it, and at least the last bucket.</summary>
    /// <param name="bytes">Of the gradients of one rank.</param>
    /// <param name="ranks">W.</param>
    /// <param name="hidden">Seconds of the backward pass that an all-reduce can hide behind.</param>
    /// <returns>Seconds.</returns>
    public double Exposed(double bytes, int ranks, double hidden)
    {
        double whole = Seconds(bytes, ranks);
        return Math.Max(whole / Buckets, whole - hidden);
    }
}

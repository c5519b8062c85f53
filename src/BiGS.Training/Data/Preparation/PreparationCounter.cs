namespace BiGS.Training.Data;

/// <summary>Counts what all readers of a call have read, and tells it.</summary>
/// <param name="own">What the call reads.</param>
/// <param name="progress">Receives the progress.</param>
internal sealed class PreparationCounter(IReadOnlyList<SourceReading> own, IProgress<PreparationProgress>? progress) : IProgress<EncodedGroup>
{
    private readonly Lock _lock = new();
    private readonly long _bytes = Math.Max(1, own.Sum(source => source.Source.Bytes));
    private long _bytesDone;

    public int Files { get; private set; }

    public long Documents { get; private set; }

    public long Tokens { get; private set; }

    public void Report(EncodedGroup value)
    {
        lock (_lock)
        {
            Documents += value.Lengths.Length;
            Tokens += value.Tokens;
            Tell();
        }
    }

    /// <summary>A file was read to its end.</summary>
    public void Whole(SourceReading source)
    {
        lock (_lock)
        {
            Files++;
            _bytesDone += source.Source.Bytes;
            Tell();
        }
    }

    private void Tell() => progress?.Report(new PreparationProgress($"reading {own.Count:N0} files", (double)_bytesDone / _bytes, Documents, Tokens));
}

using System.Text.Json;

namespace BiGS.Training;

/// <summary>
/// All that a run knows besides weights and moments. The data, the masks, the dropout and the learning rate are pure functions of
/// the step, so the step is enough to go on exactly.
/// </summary>
public sealed record TrainerState
{
    public const string FileName = "trainer_state.json";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>Tokens read, padding not counted.</summary>
    public long Tokens { get; init; }

    /// <summary>The lowest held-out loss so far, and where it was; null before the first evaluation.</summary>
    public double? BestLoss { get; init; }

    public long BestStep { get; init; }

    /// <summary>Sum and count of the losses since the last row of the log.</summary>
    public double LossSum { get; init; }

    public long LossCount { get; init; }

    /// <summary>The last step at which the held-out text was scored.</summary>
    public long EvaluatedStep { get; init; }

    internal static TrainerState Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<TrainerState>(File.ReadAllText(path), Format)
                ?? throw new InvalidDataException($"{path}: expected a trainer state, found null.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path}: not a trainer state: {broken.Message}", broken);
        }
    }

    internal void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Format));
}

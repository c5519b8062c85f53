using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Files;
using BiGS.Torch.Checkpoints;

namespace BiGS.Training.FineTuning;

/// <summary>
/// What a model was fine-tuned for, in <c>finetuning.json</c> beside its weights: what evaluating it needs to know about files that are laid out like
/// those of its training. The model itself works without.
/// </summary>
/// <param name="Task">The task's name.</param>
internal sealed record FineTuningRecord(string Task)
{
    public const string FileName = "finetuning.json";

    private const string TaskKey = "finetuning_task";

    /// <summary>Which column (a name, or a number from 1) held what: "text", "pair", "label"; none where the task has columns of its own.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    public PairStyle PairStyle { get; init; } = PairStyle.Sep;

    /// <summary>Tokens of a row; null for the model's positions, at most 512.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Writes it into a checkpoint folder.</summary>
    public void Save(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), OptionsFile.ToJson(this) + "\n");

    /// <summary>
    /// What a checkpoint folder says about itself; of an older one the task alone, from config.json. Null where it was not fine-tuned. A file that is of
    /// another task than config.json says is left over from a model that was there before, and does not count.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is something else.</exception>
    public static FineTuningRecord? Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, ConfigFile.Name))
            || !CheckpointFolder.ReadConfig(folder).Inert.TryGetValue(TaskKey, out JsonNode? node) || node is not JsonValue value || !value.TryGetValue(out string? task))
        {
            return null;
        }

        string path = Path.Combine(folder, FileName);
        FineTuningRecord? record = File.Exists(path) ? OptionsFile.Read<FineTuningRecord>(path, "what a model was fine-tuned for (task, columns, pair_style, max_length)") : null;
        return record?.Task == task ? record : new FineTuningRecord(task);
    }
}

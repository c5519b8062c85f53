using BiGS.Checkpoints;
using BiGS.Models;

namespace BiGS.Training;

/// <summary>
/// Where a run lives: <c>OUT</c> itself is the best checkpoint (by held-out loss), <c>OUT/last</c> the newest with all that resuming
/// needs, <c>OUT/log.jsonl</c> its story. The newest is written beside the old one and takes its place by renaming,
/// so that at any moment one of them is whole.
/// </summary>
public sealed class RunFolder
{
    private const string OptimizerName = "optimizer.safetensors";

    private readonly Action<string> _addTokenizer;

    /// <param name="path">OUT.</param>
    /// <param name="addTokenizer">Writes the tokenizer's files into a checkpoint folder.</param>
    public RunFolder(string path, Action<string> addTokenizer)
    {
        Path = path;
        _addTokenizer = addTokenizer;
    }

    public string Path { get; }

    private string Last => System.IO.Path.Combine(Path, "last");

    private string Old => Last + ".old";

    /// <summary>The newest whole checkpoint, or null where none was written yet.</summary>
    public string? Newest => Directory.Exists(Last) ? Last : Directory.Exists(Old) ? Old : null;

    /// <summary>Removes the files of a run, and nothing else that may lie in the folder.</summary>
    public static void Clear(string path)
    {
        foreach (string folder in (string[])["last", "last.old", "last.partial", "tensorboard"])
        {
            DeleteIfThere(System.IO.Path.Combine(path, folder));
        }

        foreach (string file in (string[])
            [PretrainingOptions.FileName, RunLog.FileName, ConfigFile.Name, CheckpointFolder.WeightsName, "vocab.txt", "tokenizer_config.json"])
        {
            File.Delete(System.IO.Path.Combine(path, file));
        }
    }

    public void SaveBest(HeadedModel model)
    {
        CheckpointFolder.Save(Path, model);
        _addTokenizer(Path);
    }

    public void SaveLast(HeadedModel model, FusedAdamW optimizer, TrainerState state)
    {
        string beside = Last + ".partial";
        DeleteIfThere(beside);
        try
        {
            CheckpointFolder.Save(beside, model);
            _addTokenizer(beside);
            SafetensorsWriter.Write(System.IO.Path.Combine(beside, OptimizerName), optimizer.State());
            state.Write(beside);
        }
        catch (IOException)
        {
            // A full disk needs the room back; the checkpoint before this one stands.
            DeleteIfThere(beside);
            throw;
        }

        if (Directory.Exists(Last))
        {
            DeleteIfThere(Old);
            Directory.Move(Last, Old);
        }

        Directory.Move(beside, Last);
        DeleteIfThere(Old);
    }

    /// <summary>Fills a model and its optimiser from the newest checkpoint.</summary>
    /// <returns>Where the run stood; a state of zero steps where there is no checkpoint.</returns>
    public TrainerState Restore(HeadedModel model, FusedAdamW optimizer)
    {
        if (Newest is not { } folder)
        {
            return new TrainerState();
        }

        CheckpointFolder.Restore(folder, model);
        TrainerState state = TrainerState.Read(folder);
        using var moments = new SafetensorsFile(System.IO.Path.Combine(folder, OptimizerName));
        optimizer.Restore(state.Step, moments.Read);
        return state;
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

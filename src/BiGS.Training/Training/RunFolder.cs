using BiGS.Configuration;
using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>
/// Where a run lives: <c>OUT</c> itself is the best checkpoint (by held-out loss), <c>OUT/last</c> the newest with all that resuming
/// needs, <c>OUT/step-N</c> what the recipe's milestones keep, <c>OUT/last-1</c>, <c>OUT/last-2</c> … those before it, <c>OUT/log.jsonl</c> its story. A checkpoint is written beside, flushed and sealed,
/// and then takes its place by renaming, so that at any moment one of them is whole.
/// </summary>
internal sealed class RunFolder
{
    private const string OptimizerName = "optimizer.safetensors";
    private const string LastName = "last";
    private const string LockName = "run.lock";

    /// <summary>The options of a distillation.</summary>
    internal const string DistillationName = "distillation.json";

    /// <summary>Where a distillation trains its word vectors: a run inside the run.</summary>
    internal const string WordsName = "words";

    private const string MilestoneName = "step-";

    private readonly Action<string> _addTokenizer;
    private readonly Action<HeadedModel, string> _export;
    private readonly int _keep;
    private readonly List<string> _warnings = [];

    /// <param name="path">OUT.</param>
    /// <param name="addTokenizer">Writes the tokenizer's files into a checkpoint folder.</param>
    /// <param name="keep">How many of the newest checkpoints stay, at least one.</param>
    /// <param name="export">Writes the weights that stay (the best, milestones) into a folder; null for the model as it is trained.</param>
    public RunFolder(string path, Action<string> addTokenizer, int keep = 2, Action<HeadedModel, string>? export = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        Path = path;
        _addTokenizer = addTokenizer;
        _export = export ?? ((model, folder) => CheckpointFolder.Save(folder, model));
        _keep = keep;
    }

    public string Path { get; }

    /// <summary>What <see cref="Restore"/> found damaged and passed over.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The newest checkpoint, or null where none was written yet.</summary>
    public string? Newest => Checkpoints().FirstOrDefault();

    private string Beside => System.IO.Path.Combine(Path, LastName + ".partial");

    /// <summary>Keeps other processes from training in the same folder, until it is disposed or the process ends in whatever way.</summary>
    /// <exception cref="IOException">Another process holds it.</exception>
    public static IDisposable Lock(string path)
    {
        Directory.CreateDirectory(path);
        return FileLock.TryTake(System.IO.Path.Combine(path, LockName))
            ?? throw new IOException($"{path}: another process is training here; wait for it to end, or choose another folder.");
    }

    /// <summary>Where the weights after a step stay.</summary>
    public static string Milestone(string path, long step) => System.IO.Path.Combine(path, $"{MilestoneName}{step}");

    /// <summary>Removes the files of a run and nothing else that may lie in the folder; its lock stays with whoever holds it.</summary>
    public static void Clear(string path)
    {
        var run = new RunFolder(path, _ => { });
        foreach (string folder in (string[])[.. run.Checkpoints(), .. Directory.GetDirectories(path, MilestoneName + "*"), run.Beside, System.IO.Path.Combine(path, "tensorboard"), System.IO.Path.Combine(path, WordsName)])
        {
            DeleteIfThere(folder);
        }

        foreach (string file in (string[])
            [PretrainingOptions.FileName, DistillationName, RunLog.FileName, ConfigFile.Name, CheckpointFolder.WeightsName, .. TokenizerFolder.FileNames])
        {
            File.Delete(System.IO.Path.Combine(path, file));
        }
    }

    public void SaveBest(HeadedModel model)
    {
        _export(model, Path);
        _addTokenizer(Path);
    }

    /// <summary>Keeps the weights as they are now, beside whatever else the run writes.</summary>
    public void SaveMilestone(HeadedModel model, long step)
    {
        _export(model, Milestone(Path, step));
        _addTokenizer(Milestone(Path, step));
    }

    /// <param name="model">Its weights.</param>
    /// <param name="moments">The optimiser's, by name.</param>
    /// <param name="state">Where the run stands.</param>
    public void SaveLast(HeadedModel model, IReadOnlyList<(string Name, Tensor Tensor)> moments, TrainerState state)
    {
        DeleteIfThere(Beside);
        try
        {
            CheckpointFolder.Save(Beside, model);
            _addTokenizer(Beside);
            SafetensorsWriter.Write(System.IO.Path.Combine(Beside, OptimizerName), moments);
            state.Write(Beside);
            CheckpointSeal.Write(Beside);
        }
        catch (IOException)
        {
            // A full disk needs the room back; the checkpoint before this one stands.
            DeleteIfThere(Beside);
            throw;
        }

        MakeWay(0);
        Directory.Move(Beside, Place(0));
        foreach (string tooOld in Checkpoints().Skip(_keep).ToArray())
        {
            DeleteIfThere(tooOld);
        }
    }

    /// <summary>Fills a model and its optimiser from the newest checkpoint that is whole; what is damaged is passed over with a warning.</summary>
    /// <returns>Where the run stood; a state of zero steps where there is no checkpoint.</returns>
    /// <exception cref="InvalidDataException">There are checkpoints, and none of them is whole.</exception>
    public TrainerState Restore(HeadedModel model, IOptimizer optimizer)
    {
        _warnings.Clear();
        foreach (string folder in Checkpoints())
        {
            if (CheckpointSeal.FindDamage(folder) is { } damage)
            {
                _warnings.Add($"{folder}: {damage}; the checkpoint before it is used.");
                continue;
            }

            CheckpointFolder.Restore(folder, model);
            TrainerState state = TrainerState.Read(folder);
            using var moments = new SafetensorsFile(System.IO.Path.Combine(folder, OptimizerName));
            optimizer.Restore(state.Step, moments.Read);
            return state;
        }

        return _warnings.Count == 0
            ? new TrainerState()
            : throw new InvalidDataException(
                $"{string.Join(" ", _warnings.Select(warning => warning.Split(';')[0] + "."))} No checkpoint of the run is whole: restore one from a copy, or start anew with Pretraining.Run(replace).");
    }

    /// <summary>Those that are there, newest first. A crash between two renamings leaves a place empty, which means nothing.</summary>
    private IEnumerable<string> Checkpoints() => Directory.Exists(Path)
        ? Directory.GetDirectories(Path, LastName + "*").Where(folder => Age(folder) >= 0).OrderBy(Age)
        : [];

    /// <summary>0 for the newest; −1 for what is no checkpoint.</summary>
    private static int Age(string folder)
    {
        string name = System.IO.Path.GetFileName(folder);
        return name == LastName ? 0 : int.TryParse(name.AsSpan(LastName.Length + 1), out int age) && age > 0 && name[LastName.Length] == '-' ? age : -1;
    }

    private string Place(int age) => System.IO.Path.Combine(Path, age == 0 ? LastName : $"{LastName}-{age}");

    /// <summary>Frees a place by moving what stands there, and before that what stands in its way, one place on.</summary>
    private void MakeWay(int age)
    {
        if (Directory.Exists(Place(age)))
        {
            MakeWay(age + 1);
            Directory.Move(Place(age), Place(age + 1));
        }
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.Security.Cryptography;
using BiGS.Configuration;
using BiGS.Files;
using BiGS.Weights;

namespace BiGS.Onnx;

/// <summary>
/// Graphs of checkpoints on the disk, each built once from configuration and weights: a folder named by the hash of both, with the encoder, the head, and one file
/// of weights for the two, which ONNX Runtime maps into memory. Where nothing can be kept, a checkpoint's graphs live in a temporary folder as long as it is open.
/// </summary>
/// <param name="root">The folder of all of them.</param>
internal sealed class GraphCache(string root)
{
    /// <summary>The encoder's file in a folder.</summary>
    public const string EncoderFile = "encoder.onnx";

    /// <summary>The head's file in a folder; not there where the checkpoint has none.</summary>
    public const string HeadFile = "head.onnx";

    private const string WeightsFile = "weights.bin";

    /// <summary>Graphs that nobody has opened for so long are removed when another is built.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>The user's.</summary>
    public static GraphCache OfUser => new(Path.Combine(CacheFolder.Path, "onnx"));

    /// <summary>The folder with the graphs of a checkpoint, built where they are not there.</summary>
    /// <param name="location">The checkpoint.</param>
    /// <param name="config">Its configuration, with the head that is wanted.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="int8">Whether large matrices are rounded to eight bits.</param>
    /// <returns>The folder, and whether it is to be deleted when the model is closed.</returns>
    public (string Folder, bool IsTemporary) Open(WeightsLocation location, ConfigFile config, IModelWeights weights, bool int8)
    {
        string folder = Path.Combine(root, Key(location, config, int8));
        if (!Directory.Exists(folder) && !CanKeep())
        {
            string temporary = Directory.CreateTempSubdirectory("bigs-onnx-").FullName;
            Build(temporary, config, weights, int8);
            return (temporary, IsTemporary: true);
        }

        while (!Directory.Exists(folder))
        {
            using IDisposable? held = FileLock.TryTake($"{folder}.lock");
            if (held is null)
            {
                Thread.Sleep(LockPoll); // another process builds the same
            }
            else if (!Directory.Exists(folder))
            {
                RemoveOld();
                BuildWhole(folder, config, weights, int8);
            }
        }

        MarkOpened(folder);
        return (folder, IsTemporary: false);
    }

    /// <summary>Builds beside the folder and renames, so that the name never stands for half of it.</summary>
    private static void BuildWhole(string folder, ConfigFile config, IModelWeights weights, bool int8)
    {
        string beside = AtomicFile.Beside(folder);
        try
        {
            Directory.CreateDirectory(beside);
            Build(beside, config, weights, int8);
            Directory.Move(beside, folder);
        }
        catch
        {
            Directory.Delete(beside, recursive: true);
            throw;
        }
    }

    private static void Build(string folder, ConfigFile config, IModelWeights weights, bool int8)
    {
        using FileStream stream = Create(WeightsFile);
        var external = new ExternalWeights(stream, WeightsFile);
        LinearLayers linear = int8 ? new DynamicInt8LinearLayers(weights) : new Float32LinearLayers(weights);
        Write(EncoderFile, ModelGraph.Encoder(config, weights, linear));
        if (config.Architecture != ModelHeads.Encoder)
        {
            Write(HeadFile, ModelGraph.Head(config, weights, linear));
        }

        FileStream Create(string name) => new(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);

        void Write(string name, Graph graph)
        {
            using FileStream file = Create(name);
            graph.ToModel(config.Architecture, OnnxGraphFile.Facts(config), external).WriteTo(file);
        }
    }

    /// <summary>The same weights under the same configuration have the same graphs, as long as this program builds them so.</summary>
    private static string Key(WeightsLocation location, ConfigFile config, bool int8)
    {
        string[] parts = [.. CheckpointFingerprint.HashesOfWeights(location), config.ToJson(), int8 ? "int8" : "fp32", typeof(GraphCache).Module.ModuleVersionId.ToString()];
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16));
    }

    private static void MarkOpened(string folder)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            // A cache that can only be read: nothing is built in it, and so nothing removed.
        }
    }

    private bool CanKeep()
    {
        try
        {
            Directory.CreateDirectory(root);
            File.Delete(File.Create(Path.Combine(root, AtomicFile.Beside("probe")), 1, FileOptions.None).Name);
            return true;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private void RemoveOld()
    {
        foreach (DirectoryInfo old in new DirectoryInfo(root).EnumerateDirectories().Where(folder => DateTime.UtcNow - folder.LastWriteTimeUtc > Lifetime))
        {
            try
            {
                old.Delete(recursive: true);
            }
            catch (IOException)
            {
                // In use by another process, on a system that does not delete open files: it goes another time.
            }
        }
    }
}

using System.Security.Cryptography;
using BiGS.Configuration;
using BiGS.Tokenizers;

namespace BiGS.Weights;

/// <summary>A name for what a model computes: the same files with the same tokenizer have the same one, wherever they lie.</summary>
internal static class CheckpointFingerprint
{
    /// <param name="folderOrFile">A checkpoint folder, or one weights file in it.</param>
    /// <param name="tokenizer">What the model reads through.</param>
    /// <remarks>A folder of sentence-transformers has its pooling, layers and prompts in it too.</remarks>
    /// <returns>32 hexadecimal digits of SHA-256 over configuration, weights and the tokenizer's fingerprint.</returns>
    /// <exception cref="FileNotFoundException">There are no weights.</exception>
    public static string Compute(string folderOrFile, BertTokenizer tokenizer)
    {
        WeightsLocation location = WeightsLocation.Of(folderOrFile);
        string[] parts = [HashOfFile(Path.Combine(location.Folder, ConfigFile.Name)), .. HashesOfWeights(location), tokenizer.Fingerprint,
            .. SentenceTransformerFiles.Files(folderOrFile).SelectMany(file => (string[])[file, HashOfFile(Path.Combine(location.Folder, file))])];
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16));
    }

    /// <summary>SHA-256 of every file of the weights.</summary>
    public static IEnumerable<string> HashesOfWeights(WeightsLocation location) => Weights(location).Select(HashOfFile);

    /// <summary>The file of the weights, or all that an index of them stands beside.</summary>
    private static IEnumerable<string> Weights(WeightsLocation location) => WeightsLocation.IsIndex(location.File)
        ? Directory.GetFiles(location.Folder, $"*{Path.GetExtension(location.File[..^".index.json".Length])}").Order(StringComparer.Ordinal)
        : [location.File];

    private static string HashOfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

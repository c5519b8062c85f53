using System.Security.Cryptography;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Distillation;

/// <summary>
/// Texts that must not be learned from: those of evaluation sets. They are known by hashes of their letters and digits, whole and sentence by sentence,
/// so that neither case, punctuation nor another passage around them hides them.
/// </summary>
internal sealed class ExcludedTexts
{
    private readonly HashSet<ulong> _hashes = [];

    /// <param name="texts">Sentences, questions, passages.</param>
    public ExcludedTexts(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            _hashes.UnionWith(Parts(text).Select(Hash));
        }
    }

    /// <summary>Whether a text, or a sentence of it, is one of them.</summary>
    public bool Contains(string text) => _hashes.Count > 0 && Parts(text).Any(part => _hashes.Contains(Hash(part)));

    private static IEnumerable<string> Parts(string text) => SentenceSplitter.Split(text).Prepend(text);

    private static ulong Hash(string text)
    {
        string letters = string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();
        return BitConverter.ToUInt64(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(letters)));
    }
}

using System.Diagnostics.CodeAnalysis;
using BiGS.Files;

namespace BiGS.Tokenizers;

/// <summary>The pieces a tokenizer knows; a token's id is its place, "##" marks one that continues a word.</summary>
public sealed class WordPieceVocabulary
{
    /// <summary>BERT's five special tokens, in the order in which a learned vocabulary starts with them.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    internal const string ContinuationPrefix = "##";

    private readonly Dictionary<string, int> _ids;

    /// <exception cref="InvalidDataException">A token appears twice, or one of the five special tokens is missing.</exception>
    public WordPieceVocabulary(IEnumerable<string> tokens)
    {
        Tokens = [.. tokens];
        _ids = new Dictionary<string, int>(Tokens.Count, StringComparer.Ordinal);
        foreach (string token in Tokens)
        {
            if (!_ids.TryAdd(token, _ids.Count))
            {
                throw new InvalidDataException(
                    $"the vocabulary holds the token \"{token}\" twice, as ids {_ids[token]} and {_ids.Count}: "
                    + "remove one, ids would be ambiguous");
            }
        }
        string[] missing = [.. SpecialTokens.Where(token => !_ids.ContainsKey(token))];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"the vocabulary of {Tokens.Count} tokens lacks {string.Join(", ", missing)}: "
                + "a BERT vocabulary has one token a line, [PAD], [UNK], [CLS], [SEP] and [MASK] among them");
        }
        (PadId, UnknownId, ClassificationId, SeparatorId, MaskId) =
            (_ids["[PAD]"], _ids["[UNK]"], _ids["[CLS]"], _ids["[SEP]"], _ids["[MASK]"]);
    }

    /// <summary>All tokens in the order of their ids.</summary>
    public IReadOnlyList<string> Tokens { get; }

    public int Count => Tokens.Count;

    public int PadId { get; }

    public int UnknownId { get; }

    public int ClassificationId { get; }

    public int SeparatorId { get; }

    public int MaskId { get; }

    /// <summary>The token's id, or <see cref="UnknownId"/> where the vocabulary lacks it.</summary>
    public int Id(string token) => TryGetId(token, out int id) ? id : UnknownId;

    /// <summary>Whether the vocabulary has the token, and its id.</summary>
    public bool TryGetId(string token, [MaybeNullWhen(false)] out int id) => _ids.TryGetValue(token, out id);

    /// <summary>Reads vocab.txt: one token per line.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a BERT vocabulary.</exception>
    public static WordPieceVocabulary Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} was not found: expected a vocabulary, a token a line", path);
        }
        // Only line feeds part lines: some vocabularies hold other separators as tokens.
        string[] lines = File.ReadAllText(path).Split('\n');
        int count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        try
        {
            return new WordPieceVocabulary(lines.Take(count).Select(line => line.TrimEnd('\r')));
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Writes vocab.txt: one token per line.</summary>
    /// <exception cref="InvalidDataException">A token holds a line break.</exception>
    public void Save(string path)
    {
        if (Tokens.FirstOrDefault(token => token.AsSpan().ContainsAny('\n', '\r')) is string broken)
        {
            throw new InvalidDataException(
                $"token {_ids[broken]} holds a line break and cannot be a line of {path}: remove it from the vocabulary");
        }
        AtomicFile.WriteText(path, string.Concat(Tokens.Select(token => token + "\n")));
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Where a text that is too long is cut.</summary>
public enum TruncationSide
{
    /// <summary>Its end is cut off.</summary>
    End,

    /// <summary>Its beginning is.</summary>
    Start,
}

/// <summary>BERT's tokenizer: special tokens, then normalised words, then the longest pieces of a vocabulary.</summary>
/// <remarks>Source: Devlin et al. 2019; equal to Hugging Face's <c>BertTokenizerFast</c>. One tokenizer serves any number of
/// threads.</remarks>
public sealed class BertTokenizer
{
    private readonly WordPiece _pieces;
    private readonly CharacterTable _characters;
    private readonly WordCache _cache = new();
    private readonly AddedTokenFinder _asWritten;
    private readonly AddedTokenFinder? _normalized;
    private readonly HashSet<int> _specialIds;

    /// <param name="vocabulary">The pieces.</param>
    /// <param name="normalizer">How text is normalised; as for bert-base-uncased where left out.</param>
    /// <param name="additionalSpecialTokens">Tokens besides BERT's five that stay whole when written in a text.</param>
    /// <exception cref="ArgumentException">An additional special token is empty or not in the vocabulary.</exception>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public BertTokenizer(
        WordPieceVocabulary vocabulary, BertNormalizer? normalizer = null, IEnumerable<string>? additionalSpecialTokens = null)
        : this(vocabulary, normalizer ?? new BertNormalizer(), [.. (additionalSpecialTokens ?? []).Select(token => new AddedToken(token))])
    {
    }

    /// <param name="vocabulary">The pieces.</param>
    /// <param name="normalizer">How text is normalised.</param>
    /// <param name="addedTokens">Tokens that stay whole when written in a text; BERT's five are among them whether named or not.</param>
    /// <exception cref="ArgumentException">An added token is empty, not in the vocabulary, or nothing once it is normalised.</exception>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public BertTokenizer(WordPieceVocabulary vocabulary, BertNormalizer normalizer, IReadOnlyList<AddedToken> addedTokens)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(normalizer);
        Vocabulary = vocabulary;
        Normalizer = normalizer;
        AddedToken[] usual = [.. WordPieceVocabulary.SpecialTokens.Select(token => new AddedToken(token))];
        AddedTokens = [.. addedTokens.Except(usual).DistinctBy(token => token.Content)];
        if (AddedTokens.FirstOrDefault(token => token.Content.Length == 0 || !vocabulary.TryGetId(token.Content, out _)) is { } stranger)
        {
            throw new ArgumentException(
                $"the special token \"{stranger.Content}\" is not in the vocabulary: add it there, it needs an id",
                nameof(addedTokens));
        }
        AddedToken[] all = [.. usual.ExceptBy(AddedTokens.Select(token => token.Content), token => token.Content), .. AddedTokens];
        _pieces = new WordPiece(vocabulary);
        _characters = new CharacterTable(Normalizer);
        _asWritten = new AddedTokenFinder(all.Where(token => !token.Normalized).Select(token => (token, token.Content)), vocabulary);
        (AddedToken Token, string Spelling)[] normalized =
            [.. all.Where(token => token.Normalized).Select(token => (token, Normalizer.Normalize(token.Content).Text))];
        _normalized = normalized.Length > 0 ? new AddedTokenFinder(normalized, vocabulary) : null;
        if (normalized.FirstOrDefault(token => string.IsNullOrWhiteSpace(token.Spelling)).Token is { } nothing)
        {
            throw new ArgumentException(
                $"the added token \"{nothing.Content}\" is to be found in normalised text, but nothing of it is left there", nameof(addedTokens));
        }
        _specialIds = [.. all.Where(token => token.Special).Select(token => vocabulary.Id(token.Content))];
        Fingerprint = Hash();
    }

    public WordPieceVocabulary Vocabulary { get; }

    public int VocabularySize => Vocabulary.Count;

    public BertNormalizer Normalizer { get; }

    /// <summary>Special tokens besides BERT's five.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens =>
        [.. AddedTokens.Where(token => token.Special).Select(token => token.Content).Except(WordPieceVocabulary.SpecialTokens)];

    /// <summary>Tokens besides BERT's five that stay whole, special or not; and those of the five that are found otherwise than as they
    /// are spelled.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>A name for what this tokenizer computes, equal wherever vocabulary and options are: 32 hexadecimal digits of
    /// SHA-256.</summary>
    public string Fingerprint { get; }

    /// <summary>Opens a folder with vocab.txt (and tokenizer_config.json) or tokenizer.json, or one such file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="lowerCase">Overrides what the files say; a vocab.txt by itself is taken to be lower-cased.</param>
    /// <exception cref="FileNotFoundException">There is no tokenizer at <paramref name="path"/>.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or asks for something that BERT's tokenizer does not do.</exception>
    public static BertTokenizer Open(string path, bool? lowerCase = null) => TokenizerFolder.Open(path, lowerCase);

    /// <summary>Writes vocab.txt, tokenizer_config.json, special_tokens_map.json and tokenizer.json, which <see cref="Open"/> and Hugging Face's tools read.</summary>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="maxLength">Tokens that the model reads, [CLS] and [SEP] included; null where that is not known, or has no limit.</param>
    public void Save(string folder, int? maxLength = null) => TokenizerFolder.Save(this, folder, maxLength);

    /// <summary>[CLS] text [SEP], or [CLS] text [SEP] pair [SEP], with offsets into the original texts.</summary>
    /// <param name="text">The first or only text.</param>
    /// <param name="pair">The second text.</param>
    /// <param name="maxLength">The most tokens, added ones included; a pair loses a token of its longer text first, on a tie of the
    /// second.</param>
    /// <param name="addSpecialTokens">Whether to add [CLS] and [SEP].</param>
    /// <param name="truncationSide">Which end of a text that is too long goes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the added tokens.</exception>
    public TokenizedText Encode(
        string text, string? pair = null, int? maxLength = null, bool addSpecialTokens = true, TruncationSide truncationSide = TruncationSide.End)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Row(Tokens(text), pair is null ? null : Tokens(pair), maxLength, addSpecialTokens, truncationSide);
    }

    /// <summary>[CLS] ids [SEP] of ids that are there already; a [CLS] that they begin with and a [SEP] that they end with are
    /// taken for the added ones.</summary>
    /// <param name="ids">Of this vocabulary; their offsets are (0, 0), since there is no text.</param>
    /// <param name="maxLength">The most tokens, added ones included.</param>
    /// <param name="truncationSide">Which end goes where there are more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary, or <paramref name="maxLength"/> has no room for
    /// the added tokens.</exception>
    public TokenizedText Encode(IReadOnlyList<int> ids, int? maxLength = null, TruncationSide truncationSide = TruncationSide.End)
    {
        ArgumentNullException.ThrowIfNull(ids);
        bool isWhole = ids.Count >= 2 && ids[0] == Vocabulary.ClassificationId && ids[^1] == Vocabulary.SeparatorId;
        IEnumerable<int> own = isWhole ? ids.Skip(1).SkipLast(1) : ids;
        return Row([.. own.Select(id => new Token(Vocabulary.Tokens[Known(id)], id, 0, 0))], null, maxLength, addSpecialTokens: true, truncationSide);
    }

    /// <summary>Appends the ids of a text, nothing added: what <c>Encode</c> gives without special tokens, fast.</summary>
    internal void EncodeIds(ReadOnlySpan<char> text, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (_normalized is not null)
        {
            ids.AddRange(Tokens(text.ToString()).Select(token => token.Id));
            return;
        }
        int from = 0;
        while (_asWritten.TryFind(text, from, out FoundToken? found))
        {
            EncodeWords(text[from..found.Value.Start], ids);
            ids.Add(found.Value.Id);
            from = found.Value.End;
        }
        EncodeWords(text[from..], ids);
    }

    /// <summary>The text of ids: pieces joined to words, words by spaces, and no space before punctuation that English sets
    /// close.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (int id in ids)
        {
            if (_specialIds.Contains(Known(id)) && skipSpecialTokens)
            {
                continue;
            }
            string token = Vocabulary.Tokens[id];
            bool continues = text.Length > 0 && token.StartsWith(WordPieceVocabulary.ContinuationPrefix, StringComparison.Ordinal);
            text.Append(text.Length > 0 && !continues ? " " : "");
            text.Append(continues ? token[WordPieceVocabulary.ContinuationPrefix.Length..] : token);
        }
        return text.Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
            .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re").ToString();
    }

    private TokenizedText Row(List<Token> first, List<Token>? pair, int? maxLength, bool addSpecialTokens, TruncationSide cutFrom)
    {
        int added = !addSpecialTokens ? 0 : pair is null ? 2 : 3;
        if (maxLength < added)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxLength), maxLength,
                $"a maximum length of {maxLength} has no room for the {added} special tokens: give at least {added}");
        }
        List<Token> second = pair ?? [];
        Truncate(first, second, maxLength - added ?? int.MaxValue, cutFrom);

        var separator = new Token("[SEP]", Vocabulary.SeparatorId, 0, 0);
        int firstLength = first.Count + (addSpecialTokens ? 2 : 0);
        Token[] all = !addSpecialTokens ? [.. first, .. second]
            : pair is null ? [new Token("[CLS]", Vocabulary.ClassificationId, 0, 0), .. first, separator]
            : [new Token("[CLS]", Vocabulary.ClassificationId, 0, 0), .. first, separator, .. second, separator];
        bool IsAdded(int index) => addSpecialTokens && (index == 0 || index == firstLength - 1 || index == all.Length - 1);
        return new TokenizedText(
            [.. all.Select(token => token.Text)],
            [.. all.Select(token => token.Id)],
            [.. all.Select((_, index) => index < firstLength ? 0 : 1)],
            [.. all.Select(_ => 1)],
            [.. all.Select((_, index) => IsAdded(index) ? 1 : 0)],
            [.. all.Select(token => (token.Start, token.End))]);
    }

    private List<Token> Tokens(string text)
    {
        var tokens = new List<Token>();
        int from = 0;
        while (_asWritten.TryFind(text, from, out FoundToken? found))
        {
            AddNormalized(text[from..found.Value.Start], from, tokens);
            tokens.Add(new Token(found.Value.Token.Content, found.Value.Id, found.Value.Start, found.Value.End));
            from = found.Value.End;
        }
        AddNormalized(text[from..], from, tokens);
        return tokens;
    }

    private void AddNormalized(string text, int offset, List<Token> tokens)
    {
        NormalizedText normalized = Normalizer.Normalize(text);
        int from = 0;
        while (_normalized is not null && _normalized.TryFind(normalized.Text, from, out FoundToken? found))
        {
            AddWords(normalized, from, found.Value.Start, offset, tokens);
            (int Start, int End) original = normalized.ToOriginal(found.Value.Start, found.Value.End);
            tokens.Add(new Token(found.Value.Token.Content, found.Value.Id, offset + original.Start, offset + original.End));
            from = found.Value.End;
        }
        AddWords(normalized, from, normalized.Text.Length, offset, tokens);
    }

    private void AddWords(NormalizedText normalized, int from, int to, int offset, List<Token> tokens)
    {
        foreach (Range word in BertPreTokenizer.Words(normalized.Text[from..to]))
        {
            int begin = from + word.Start.Value;
            foreach ((int id, int start, int end) in _pieces.Pieces(normalized.Text.AsSpan(begin, word.End.Value - word.Start.Value)))
            {
                (int Start, int End) original = normalized.ToOriginal(begin + start, begin + end);
                tokens.Add(new Token(Vocabulary.Tokens[id], id, offset + original.Start, offset + original.End));
            }
        }
    }

    private void EncodeWords(ReadOnlySpan<char> text, List<int> ids)
    {
        Span<char> buffer = stackalloc char[WordReader.BufferLength];
        var reader = new WordReader(_characters, text, buffer);
        while (reader.Read())
        {
            if (reader.IsTooLong)
            {
                ids.Add(Vocabulary.UnknownId);
            }
            else
            {
                ids.AddRange(_cache.Ids(reader.Word, _pieces));
            }
        }
    }

    /// <summary>Whether decoding leaves an id out.</summary>
    internal bool IsSpecial(int id) => _specialIds.Contains(id);

    private int Known(int id) => (uint)id < (uint)VocabularySize
        ? id
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"{id} is not an id of this vocabulary: expected 0 to {VocabularySize - 1}");

    private static void Truncate(List<Token> first, List<Token> second, int length, TruncationSide cutFrom)
    {
        (int one, int two) = (first.Count, second.Count);
        while (one + two > length)
        {
            (one, two) = one > two ? (one - 1, two) : (one, two - 1);
        }

        Keep(first, one);
        Keep(second, two);

        void Keep(List<Token> tokens, int count) => tokens.RemoveRange(cutFrom == TruncationSide.End ? count : 0, tokens.Count - count);
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string options = $"{Normalizer.LowerCase} {Normalizer.StripAccents ?? Normalizer.LowerCase} {Normalizer.TokenizeChineseChars}"
            + (Normalizer.Form is { } form ? $" {form}" : "") + (Normalizer is { LatinAccentsOnly: true, DropsAccents: true } ? " Latin" : "");
        string[] unusual = [.. AddedTokens.Where(token => token != new AddedToken(token.Content)).Select(token => token.ToString())];
        foreach (string part in (IEnumerable<string>)[options, .. AdditionalSpecialTokens, "", .. unusual, .. Vocabulary.Tokens])
        {
            // As UTF-16 with its length: no two lists of tokens run together to the same bytes.
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private readonly record struct Token(string Text, int Id, int Start, int End);
}

using System.Text;
using System.Text.Json;
using BiGS.Tokenizers;

namespace BiGS.Cli.Bench;

/// <summary>A request that is ready to be sent.</summary>
/// <param name="Body">JSON for /embed.</param>
/// <param name="Texts">What it asks for.</param>
/// <param name="Tokens">How many tokens these have.</param>
internal sealed record LoadRequest(byte[] Body, string[] Texts, int Tokens)
{
    public static LoadRequest Of(string[] texts, BertTokenizer tokenizer) => new(
        JsonSerializer.SerializeToUtf8Bytes(new { inputs = texts }), texts, texts.Sum(text => tokenizer.Encode(text).Ids.Count));
}

/// <summary>Texts of random words of a vocabulary, the same for the same seed.</summary>
internal sealed class LoadTexts(BertTokenizer tokenizer, int seed)
{
    private readonly Random _random = new(seed);
    private readonly string[] _words = [.. tokenizer.Vocabulary.Tokens.Where(token => token.All(char.IsAsciiLetterLower))];

    /// <summary>Of so many tokens, [CLS] and [SEP] included.</summary>
    public string OfLength(int tokens)
    {
        var text = new StringBuilder();
        for (int i = 2; i < tokens; i++)
        {
            text.Append(i > 2 ? " " : "").Append(_words[_random.Next(_words.Length)]);
        }

        return text.ToString();
    }

    /// <summary>Requests of some texts each.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="mostTexts">Each has from one to this many texts.</param>
    /// <param name="shortest">Tokens of the shortest text.</param>
    /// <param name="longest">Tokens of the longest text.</param>
    public LoadRequest[] Requests(int count, int mostTexts, int shortest, int longest) =>
    [
        .. Enumerable.Range(0, count).Select(_ => LoadRequest.Of(
            [.. Enumerable.Range(0, _random.Next(1, mostTexts + 1)).Select(_ => OfLength(_random.Next(shortest, longest + 1)))], tokenizer)),
    ];

    /// <summary>Requests of equally many texts of one length.</summary>
    public LoadRequest[] Requests(int count, int texts, int tokens) =>
        [.. Enumerable.Range(0, count).Select(_ => LoadRequest.Of([.. Enumerable.Range(0, texts).Select(_ => OfLength(tokens))], tokenizer))];
}

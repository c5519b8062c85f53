using System.Globalization;
using System.Text.Json;

namespace BiGS.Tokenizers;

/// <summary>
/// What the files of a tokenizer say of tokens that are added to its vocabulary or stay whole in it: <c>tokenizer_config.json</c>,
/// <c>special_tokens_map.json</c>, <c>added_tokens.json</c> and <c>tokenizer.json</c>. Each may name a token, its id, and how it is found;
/// together they must agree on the ids, and these must follow the vocabulary's without a gap.
/// </summary>
internal sealed class AddedTokenFiles
{
    private readonly Dictionary<string, Named> _tokens = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<string> _problems = [];

    /// <summary>Reads what tokenizer_config.json says.</summary>
    public void ReadConfig(JsonElement config, string path)
    {
        ReadSpecialLists(config, path);
        if (!TryGet(config, "added_tokens_decoder", out JsonElement decoder))
        {
            return;
        }
        string where = $"{path} (added_tokens_decoder)";
        if (decoder.ValueKind != JsonValueKind.Object)
        {
            _problems.Add($"{where} is {decoder.ValueKind}: expected an object of ids and tokens");
            return;
        }
        foreach (JsonProperty added in decoder.EnumerateObject())
        {
            int id = int.TryParse(added.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
            Add(added.Value, id, Flag(added.Value, "special") ?? false, where);
        }
    }

    /// <summary>Reads special_tokens_map.json: roles such as <c>mask_token</c>, and further special tokens.</summary>
    public void ReadSpecialTokensMap(JsonElement map, string path) => ReadSpecialLists(map, path);

    /// <summary>Reads added_tokens.json: tokens and ids.</summary>
    public void ReadAddedTokens(JsonElement tokens, string path)
    {
        foreach (JsonProperty added in tokens.EnumerateObject())
        {
            bool isId = added.Value.ValueKind == JsonValueKind.Number && added.Value.TryGetInt32(out _);
            Add(added.Name, null, isId ? added.Value.GetInt32() : -1, special: false, path);
        }
    }

    /// <summary>Reads the <c>added_tokens</c> of tokenizer.json.</summary>
    public void ReadTokenizerJson(JsonElement root, string path)
    {
        if (!TryGet(root, "added_tokens", out JsonElement list))
        {
            return;
        }
        string where = $"{path} (added_tokens)";
        if (list.ValueKind != JsonValueKind.Array)
        {
            _problems.Add($"{where} is {list.ValueKind}: expected a list");
            return;
        }
        foreach (JsonElement added in list.EnumerateArray().OrderBy(Id))
        {
            Add(added, Id(added), Flag(added, "special") ?? false, where);
        }

        static int Id(JsonElement added) => added.ValueKind == JsonValueKind.Object && added.TryGetProperty("id", out JsonElement id)
            && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number) ? number : -1;
    }

    /// <summary>Puts the tokens behind those of the vocabulary that it does not have, and gives all of them.</summary>
    /// <param name="vocabulary">Tokens by their ids; grows.</param>
    /// <exception cref="InvalidDataException">A token has no id, or ids contradict each other or leave a gap: says in which files.</exception>
    public IReadOnlyList<AddedToken> AppendTo(List<string> vocabulary)
    {
        var ids = vocabulary.Index().DistinctBy(token => token.Item).ToDictionary(token => token.Item, token => token.Index, StringComparer.Ordinal);
        int own = vocabulary.Count;
        foreach (Named token in _order.Select(content => _tokens[content]).OrderBy(token => token.Id ?? -1))
        {
            bool isKnown = ids.TryGetValue(token.Content, out int known);
            if (token.Id is not int id)
            {
                Require(isKnown, $"\"{token.Content}\" is named in {token.Where}, but has no id: it is neither in the vocabulary of {own} tokens nor in "
                    + "added_tokens.json; add it to the vocabulary (and a row to the embeddings of the model), or remove it");
            }
            else if (isKnown || id < vocabulary.Count)
            {
                string there = id >= 0 && id < vocabulary.Count ? $"\"{vocabulary[id]}\"" : "none";
                Require(isKnown && known == id, $"\"{token.Content}\" has the id {id} in {token.IdWhere}, but the vocabulary has {there} there"
                    + (isKnown ? $" and this token at {known}" : ""));
            }
            else if (id > vocabulary.Count)
            {
                _problems.Add($"\"{token.Content}\" has the id {id} in {token.IdWhere}, but the ids before it end at {vocabulary.Count - 1}: added tokens follow without a gap");
            }
            else
            {
                ids[token.Content] = id;
                vocabulary.Add(token.Content);
            }
        }
        return _problems.Count == 0
            ? [.. _order.Select(content => _tokens[content].ToAddedToken())]
            : throw new InvalidDataException($"the files of the tokenizer do not agree on its added tokens: {string.Join("; ", _problems)}.");
    }

    // What is named in a role, or in a list of further special tokens, is special wherever else it stands.
    private void ReadSpecialLists(JsonElement config, string path)
    {
        foreach (string key in (string[])["additional_special_tokens", "extra_special_tokens"])
        {
            if (TryGet(config, key, out JsonElement value))
            {
                string where = $"{path} ({key})";
                IEnumerable<JsonElement> tokens = value.ValueKind switch
                {
                    JsonValueKind.Array => value.EnumerateArray(),
                    JsonValueKind.Object => value.EnumerateObject().Select(role => role.Value),
                    _ => [value],
                };
                foreach (JsonElement token in tokens)
                {
                    Add(token, null, special: true, where);
                }
            }
        }
        foreach (JsonProperty role in config.EnumerateObject().Where(role => role.Name.EndsWith("_token", StringComparison.Ordinal)
            && role.Value.ValueKind is JsonValueKind.String or JsonValueKind.Object))
        {
            Add(role.Value, null, special: true, $"{path} ({role.Name})");
        }
    }

    private void Add(JsonElement token, int? id, bool special, string where)
    {
        string content = JsonFile.TokenText(token);
        if (content.Length == 0)
        {
            _problems.Add($"{where} has {token.GetRawText().ReplaceLineEndings(" ")}: expected a token");
            return;
        }
        AddedToken? found = token.ValueKind != JsonValueKind.Object ? null : new AddedToken(content)
        {
            SingleWord = Flag(token, "single_word") ?? false,
            LeftStrip = Flag(token, "lstrip") ?? false,
            RightStrip = Flag(token, "rstrip") ?? false,
            Normalized = Flag(token, "normalized") ?? !special,
        };
        Add(content, found, id, special, where);
    }

    private void Add(string content, AddedToken? found, int? id, bool special, string where)
    {
        Require(id is not < 0, $"{where} gives \"{content}\" an id that is no whole number of at least 0");
        if (!_tokens.TryGetValue(content, out Named? named))
        {
            _tokens[content] = named = new Named(content, where);
            _order.Add(content);
        }
        Require(id is null || named.Id is null || named.Id == id, $"\"{content}\" has the id {named.Id} in {named.IdWhere} and {id} in {where}");
        if (id is not null && named.Id is null)
        {
            (named.Id, named.IdWhere) = (id, where);
        }
        // The decoder is the last word of tokenizer_config.json, and that file goes before tokenizer.json.
        named.Found ??= found;
        named.IsSpecial |= special;
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _problems.Add(otherwise);
        }
    }

    private static bool TryGet(JsonElement parent, string key, out JsonElement value) =>
        parent.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;

    private static bool? Flag(JsonElement token, string key) => token.ValueKind == JsonValueKind.Object && token.TryGetProperty(key, out JsonElement value)
        && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private sealed class Named(string content, string where)
    {
        public string Content => content;

        public string Where => where;

        public int? Id { get; set; }

        public string? IdWhere { get; set; }

        public AddedToken? Found { get; set; }

        public bool IsSpecial { get; set; }

        // A plain name without a role is an ordinary word that was added, which Hugging Face finds in normalised text.
        public AddedToken ToAddedToken() => (Found ?? new AddedToken(content) { Normalized = !IsSpecial }) with { Special = IsSpecial };
    }
}

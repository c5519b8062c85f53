using System.CommandLine;
using System.Text.Json;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class TokenizerEncodeCommand
{
    public static Command Build(Terminal terminal)
    {
        var tokenizer = new TokenizerOptions();
        Option<bool> json = OptionFactory.Flag(
            "--json", "one JSON object a line: tokens, ids and offsets (in characters); a line may be an object with text, or a and b");
        Option<int?> maxLength = OptionFactory.Number("--max-length", "keep at most N tokens, special ones included", least: 1);
        Option<bool> bare = OptionFactory.Flag("--no-special-tokens", "add no [CLS] and [SEP]");
        Argument<string[]> texts = OptionFactory.Texts("texts; none: the lines of standard input");
        var command = new BigsCommand("encode", "Text to ids, line in, line out.",
            "bigs tokenizer encode --model runs/pretrain-tiny-1 \"the farmer sleeps .\"",
            "bigs tokenizer encode --vocab vocab.txt --json < texts.txt");
        tokenizer.AddTo(command);
        command.Add(json);
        command.Add(maxLength);
        command.Add(bare);
        command.Add(texts);
        command.SetHandler(parse =>
        {
            BertTokenizer opened = tokenizer.Open(parse, terminal);
            bool asJson = parse.GetValue(json);
            var coverage = new VocabularyCoverage(opened);
            foreach (string line in terminal.Texts(parse.GetValue(texts)!))
            {
                (string text, string? pair) = asJson ? TextsOf(line) : (line, null);
                TokenizedText encoding = opened.Encode(text, pair, parse.GetValue(maxLength), addSpecialTokens: !parse.GetValue(bare));
                coverage.Add(encoding.Ids);
                if (asJson)
                {
                    terminal.Json(writer => Write(writer, encoding, text, pair));
                }
                else
                {
                    terminal.Line(string.Join(' ', encoding.Ids));
                }
            }

            terminal.Warn(coverage.Warnings);
        });
        return command;
    }

    /// <summary>What a line means: an object's texts where it is such an object, else the line itself.</summary>
    private static (string Text, string? Pair) TextsOf(string line)
    {
        if (!line.AsSpan().TrimStart().StartsWith('{'))
        {
            return (line, null);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return (Member(root, "text"), Member(root, "a"), Member(root, "b")) switch
            {
                (string text, _, _) => (text, null),
                (_, string a, string b) => (a, b),
                _ => (line, null),
            };
        }
        catch (JsonException)
        {
            // A text that begins with a brace.
            return (line, null);
        }
    }

    private static string? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Write(Utf8JsonWriter json, TokenizedText encoding, string text, string? pair)
    {
        json.WriteStartArray("tokens");
        foreach (string token in encoding.Tokens)
        {
            json.WriteStringValue(token);
        }

        json.WriteEndArray();
        WriteNumbers(json, "ids", encoding.Ids);
        if (pair is not null)
        {
            WriteNumbers(json, "input_ids", encoding.Ids);
            WriteNumbers(json, "token_type_ids", encoding.TokenTypeIds);
        }

        CharacterOffsets[] characters = [new(text), new(pair ?? "")];
        json.WriteStartArray("offsets");
        for (int i = 0; i < encoding.Offsets.Count; i++)
        {
            CharacterOffsets own = characters[encoding.TokenTypeIds[i]];
            json.WriteStartArray();
            json.WriteNumberValue(own.At(encoding.Offsets[i].Start));
            json.WriteNumberValue(own.At(encoding.Offsets[i].End));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}

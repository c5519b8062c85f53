using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class TokenizerDecodeCommand
{
    public static Command Build(Terminal terminal)
    {
        var tokenizer = new TokenizerOptions();
        Option<bool> keep = OptionFactory.Flag("--keep-special-tokens", "leave [CLS], [SEP], [PAD] and the like in the text");
        Argument<string[]> ids = OptionFactory.Texts("ids, blanks or commas between them; none: the lines of standard input", name: "IDS…");
        var command = new BigsCommand("decode", "Ids to text, line in, line out.",
            "bigs tokenizer decode --model runs/pretrain-tiny-1 \"2 21 65 9 3\"",
            "bigs tokenizer encode --vocab vocab.txt < texts.txt | bigs tokenizer decode --vocab vocab.txt");
        tokenizer.AddTo(command);
        command.Add(keep);
        command.Add(ids);
        command.SetHandler(parse =>
        {
            BertTokenizer opened = tokenizer.Open(parse, terminal);
            string[] given = parse.GetValue(ids)!;
            foreach (string line in terminal.Texts(given.Length > 0 ? [string.Join(' ', given)] : []))
            {
                terminal.Line(opened.Decode(IdsOf(line), skipSpecialTokens: !parse.GetValue(keep)));
            }
        });
        return command;
    }

    private static IEnumerable<int> IdsOf(string line)
    {
        foreach (string word in line.Split([' ', '\t', ',', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            yield return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                ? id
                : throw new InvalidDataException($"\"{word}\" is not an id; expected whole numbers with blanks or commas between them.");
        }
    }
}

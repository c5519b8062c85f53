using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;

namespace BiGS.Cli.Commands;

internal static class TokenizerCommand
{
    public static Command Build(Terminal terminal) => new BigsCommand("tokenizer", "Learn a WordPiece vocabulary; turn text into ids and back.",
        "bigs tokenizer train --corpus texts.txt --size 8000 --out my-tokenizer",
        "bigs tokenizer encode --vocab my-tokenizer --json < texts.txt")
    {
        TokenizerTrainCommand.Build(terminal),
        TokenizerEncodeCommand.Build(terminal),
        TokenizerDecodeCommand.Build(terminal),
    };
}

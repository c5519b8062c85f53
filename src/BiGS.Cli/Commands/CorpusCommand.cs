using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;

namespace BiGS.Cli.Commands;

internal static class CorpusCommand
{
    public static Command Build(Terminal terminal) => new BigsCommand("corpus", "Turn large amounts of text into token shards, once.",
        "bigs corpus prepare texts/*.jsonl.gz --tokenizer my-tokenizer --out prepared/web")
    {
        CorpusPrepareCommand.Build(terminal),
    };
}

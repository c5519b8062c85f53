using System.CommandLine;
using BiGS.Cli.Console;
using BiGS.Pipelines;

namespace BiGS.Cli.Commands;

/// <summary>The texts of a verb that says something of each, and what becomes of long ones.</summary>
/// <param name="what">Texts, or what else a line may hold.</param>
internal sealed class TextOptions(string what)
{
    private readonly Option<bool> _truncate = Values.Flag("--truncate", "cut the end of texts that are longer than the model, instead of refusing them");
    private readonly Argument<string[]> _texts = Values.Texts($"{what}; none: the lines of standard input");

    public void AddTo(Command command)
    {
        command.Add(_truncate);
        command.Add(_texts);
    }

    public string[] Texts(ParseResult parse, Terminal terminal) => [.. terminal.Texts(parse.GetValue(_texts)!)];

    public TooLong TooLong(ParseResult parse) => parse.GetValue(_truncate) ? Pipelines.TooLong.Truncate : Pipelines.TooLong.Refuse;
}

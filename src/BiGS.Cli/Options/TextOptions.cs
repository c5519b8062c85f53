using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Pipelines;

namespace BiGS.Cli.Options;

/// <summary>The texts of a verb that says something of each, and what becomes of long ones.</summary>
/// <param name="what">Texts, or what else a line may hold.</param>
internal sealed class TextOptions(string what)
{
    private readonly Option<bool> _truncate = OptionFactory.Flag("--truncate", "cut the end of texts that are longer than the model, instead of refusing them");

    /// <summary>The texts themselves.</summary>
    public Argument<string[]> Argument { get; } = OptionFactory.Texts($"{what}; none: the lines of standard input");

    public void AddTo(Command command)
    {
        command.Add(_truncate);
        command.Add(Argument);
    }

    public string[] Texts(ParseResult parse, Terminal terminal) => [.. terminal.Texts(parse.GetValue(Argument)!)];

    /// <summary>What a table's texts are held to before anything is computed; null where long ones are cut.</summary>
    public TextLimit? Limit(ParseResult parse, Func<ModelText, int> countTokens, int maxTokens) =>
        parse.GetValue(_truncate) ? null : new TextLimit(countTokens, maxTokens);

    public LongTextBehavior TooLong(ParseResult parse) => parse.GetValue(_truncate) ? BiGS.Pipelines.LongTextBehavior.Truncate : BiGS.Pipelines.LongTextBehavior.Refuse;
}

using System.CommandLine;
using System.CommandLine.Invocation;
using BiGS.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Options;

/// <summary>What --help shows: the idea, the usage, an example that works, and what each option takes.</summary>
internal sealed class HelpScreen(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Narrow = 72;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    public static int Show(Command command, Terminal terminal)
    {
        terminal.Show(new Rows(Sections(command, terminal.Width).SelectMany(section => section)));
        return 0;
    }

    public override int Invoke(ParseResult parseResult) => Show(parseResult.CommandResult.Command, terminal);

    private static IEnumerable<IEnumerable<IRenderable>> Sections(Command command, int width)
    {
        yield return [new Text(command.Description ?? "")];
        yield return Section("Usage", [new Padder(new Text(Usage(command)), new Padding(2, 0, 0, 0))]);
        if (command is BigsCommand { Examples.Count: > 0 } verb)
        {
            yield return Section(verb.Examples.Count > 1 ? "Examples" : "Example",
                verb.Examples.Select(example => new Padder(new Text(example, new Style(Color.Teal)), new Padding(2, 0, 0, 0))));
        }

        if (command.Subcommands.Count > 0)
        {
            yield return Section("Verbs", Pairs(command.Subcommands.Select(sub => (sub.Name, sub.Description ?? "")), width));
        }

        if (command.Arguments.Count > 0)
        {
            yield return Section(
                "Arguments", Pairs(command.Arguments.Select(argument => (argument.Name, argument.Description ?? "")), width));
        }

        yield return Section("Options", Pairs(command.AllOptions().Select(option => (Label(option), Explanation(option))), width));
    }

    private static IEnumerable<IRenderable> Section(string title, IEnumerable<IRenderable> content) =>
        [Text.Empty, new Text(title, new Style(decoration: Decoration.Bold)), .. content];

    /// <summary>Names beside their meaning; on a narrow screen above it.</summary>
    private static IEnumerable<IRenderable> Pairs(IEnumerable<(string Name, string Meaning)> pairs, int width)
    {
        if (width < Narrow)
        {
            return pairs.SelectMany(pair => new[]
            {
                new Padder(new Text(pair.Name), new Padding(2, 0, 0, 0)),
                new Padder(new Text(pair.Meaning, new Style(Color.Grey)), new Padding(6, 0, 0, 0)),
            });
        }

        var grid = new Grid().Fixed(left: 2, right: 3).Running();
        foreach ((string name, string meaning) in pairs)
        {
            grid.AddRow(new Text(name), new Text(meaning));
        }

        return [grid];
    }

    private static string Usage(Command command)
    {
        IEnumerable<string> required = command.Options.Where(option => option.Required).Select(Label);
        return string.Join(' ', (IEnumerable<string>)
        [
            command.FullName(),
            .. command.Subcommands.Count > 0 ? (string[])["VERB"] : [],
            .. required,
            "[options]",
            .. command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? argument.Name : $"[{argument.Name}]"),
        ]);
    }

    private static string Label(Option option) => option.HelpName is string value ? $"{option.Name} {value}" : option.Name;

    private static string Explanation(Option option)
    {
        bool chosen = option is { HasDefaultValue: true, HelpName: not null };
        return option.Description + (chosen && option.GetDefaultValue() is string value ? $" (default {value})" : "");
    }
}

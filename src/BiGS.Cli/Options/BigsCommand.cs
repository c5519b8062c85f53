using System.CommandLine;

namespace BiGS.Cli.Options;

/// <summary>A command that its help shows at work.</summary>
internal sealed class BigsCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines that work.</summary>
    public IReadOnlyList<string> Examples => examples;

    public void SetHandler(Action<ParseResult> work) => SetHandler(parse =>
    {
        work(parse);
        return 0;
    });

    /// <param name="work">Gives the exit code.</param>
    public void SetHandler(Func<ParseResult, int> work) => SetAction(work);
}

internal static class CommandTree
{
    /// <summary>The words that lead here: "bigs tokenizer train".</summary>
    public static string FullName(this Command command) =>
        command is RootCommand ? "bigs" : $"{command.Parents.OfType<Command>().Single().FullName()} {command.Name}";

    /// <summary>A command's own options, then those that hold for all below a parent.</summary>
    public static IEnumerable<Option> AllOptions(this Command command)
    {
        IEnumerable<Option> above = command.Parents.OfType<Command>().SelectMany(parent => parent.AllOptions());
        return command.Options.Concat(above.Where(option => option.Recursive)).Where(option => !option.Hidden);
    }
}

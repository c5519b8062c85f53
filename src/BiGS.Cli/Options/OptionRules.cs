using System.CommandLine;
using System.CommandLine.Parsing;

namespace BiGS.Cli.Options;

/// <summary>What options of a command say of each other; a command line that contradicts itself is wrong usage.</summary>
internal static class OptionRules
{
    public static bool IsGiven(this SymbolResult result, Symbol symbol) => symbol switch
    {
        Option option => result.GetResult(option) is { Implicit: false },
        Argument argument => result.GetResult(argument) is { Tokens.Count: > 0 },
        _ => false,
    };

    /// <summary>The value that is given; nothing where only a default stands.</summary>
    public static T? ValueIfGiven<T>(this ParseResult parse, Option<T> option) => parse.GetResult(option) is { Implicit: false } ? parse.GetValue(option) : default;

    /// <summary>The value, while the command line is still being looked at; nothing where it does not parse, which the option itself says.</summary>
    public static T? ValueIfValid<T>(this CommandResult result, Option<T> option)
    {
        try
        {
            return result.GetValue(option);
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    /// <summary>An option or argument beside which others have no meaning, or another one.</summary>
    public static void Exclude(this Command command, Symbol symbol, params IReadOnlyList<Symbol> others) => command.Validators.Add(result =>
    {
        if (result.IsGiven(symbol) && others.FirstOrDefault(result.IsGiven) is { } other)
        {
            result.AddError($"{other.Name} does not go with {symbol.Name}; leave one of them out");
        }
    });

    /// <summary>An option that has no meaning without one of a few others.</summary>
    public static void Require(this Command command, Option option, params IReadOnlyList<Option> others) => command.Validators.Add(result =>
    {
        if (result.IsGiven(option) && !others.Any(other => result.IsGiven(other)))
        {
            result.AddError($"{option.Name} has no meaning without {string.Join(" or ", others.Select(other => other.Name))}; give both, or leave it out");
        }
    });

    /// <summary>An option that is needed, except beside another.</summary>
    public static void RequireUnless(this Command command, Option option, Option other) => command.Validators.Add(result =>
    {
        if (!result.IsGiven(option) && !result.IsGiven(other))
        {
            result.AddError($"{option.Name} is needed; give it, or {other.Name}");
        }
    });
}

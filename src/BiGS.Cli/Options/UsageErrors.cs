using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace BiGS.Cli.Options;

/// <summary>What is wrong with a command line, in one sentence: what was found, what was expected, what to do.</summary>
internal static partial class UsageErrors
{
    private const int LongestQuoted = 60;

    /// <summary>The first thing that is wrong, or null.</summary>
    public static string? Of(ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        string? wrong = StrangeVerb(parse, command) ?? StrangeOption(parse) ?? ExtraWord(parse);
        if (wrong is null && parse.Action is not HelpScreen && parse.Errors.Count > 0)
        {
            wrong = MissingVerb(parse, command) ?? MissingValue(parse) ?? Repeated(parse) ?? MissingOption(parse, command) ?? parse.Errors[0].Message;
        }

        return wrong is null ? null : $"{wrong.TrimEnd('.')}{(wrong.EndsWith('?') ? " See" : "; see")} {command.FullName()} --help";
    }

    /// <summary>Text may start with a dash; one word behind one or two dashes is an option unless "--" stands before it.</summary>
    private static string? StrangeOption(ParseResult parse)
    {
        Token? strange = parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Type == TokenType.Argument && LooksLikeAnOption().IsMatch(token.Value));
        if (strange is null)
        {
            return null;
        }

        string name = strange.Value.Split('=', ':')[0];
        string[] known = [.. parse.CommandResult.Command.AllOptions().Select(option => option.Name)];
        string remedy = OptionAliases.OfOption(name, known) is { } ours ? SpellingSuggestion.Of(ours)
            : OptionAliases.Instead(name) is { } instead ? $"; {instead}"
            : SpellingSuggestion.For(name, known);
        return $"there is no option {Quoted(name)} here{remedy}";
    }

    private static string? ExtraWord(ParseResult parse) => parse.UnmatchedTokens is [string word, ..] ? $"{Quoted(word)} is one argument too many" : null;

    private static string? StrangeVerb(ParseResult parse, Command command)
    {
        if (command.Subcommands.Count == 0 || parse.UnmatchedTokens is not [string word, ..] || LooksLikeAnOption().IsMatch(word))
        {
            return null;
        }

        return command is RootCommand && OptionAliases.OfVerb(word) is { Count: > 0 } ours ? $"there is no verb {Quoted(word)} here{SpellingSuggestion.Of([.. ours])}"
            : $"there is no verb {Quoted(word)} here{SpellingSuggestion.For(word, command.Subcommands.Select(verb => verb.Name))}";
    }

    private static string? MissingVerb(ParseResult parse, Command command) =>
        command.Action is null && command.Subcommands.Count > 0 && parse.CommandResult.Children.All(child => child is not CommandResult)
            ? $"the verb is missing; it can be {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}"
            : null;

    private static string? MissingValue(ParseResult parse)
    {
        OptionResult? empty = parse.CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(option => !option.Implicit && option.Tokens.Count == 0 && option.Option.Arity.MinimumNumberOfValues > 0);
        return empty is null ? null : $"{empty.Option.Name} needs a value: {empty.Option.Description}";
    }

    private static string? Repeated(ParseResult parse)
    {
        OptionResult? repeated = parse.CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(option => option.Tokens.Count > option.Option.Arity.MaximumNumberOfValues);
        return repeated is null ? null : $"{repeated.Option.Name} is given {repeated.Tokens.Count} times; give it once";
    }

    private static string? MissingOption(ParseResult parse, Command command)
    {
        bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };
        Option? missing = command.Options.FirstOrDefault(option => option.Required && !IsGiven(option));
        return missing is null ? null : $"{missing.Name} is missing: {missing.Description}";
    }

    /// <summary>An argument may be a whole text by mistake, and a message is one line.</summary>
    private static string Quoted(string word) => $"\"{(word.Length <= LongestQuoted ? word : word[..LongestQuoted] + "…")}\"";

    [GeneratedRegex(@"^--?[A-Za-z][\w-]*([=:].*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAnOption();
}

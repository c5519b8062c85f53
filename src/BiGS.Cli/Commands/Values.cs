using System.CommandLine;
using System.Globalization;

namespace BiGS.Cli.Commands;

/// <summary>Options by the kind of value that they take; what does not fit is wrong usage, with what would.</summary>
internal static class Values
{
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string> Text(string name, string helpName, string description, bool required = false) =>
        new(name) { Description = description, HelpName = helpName, Required = required };

    public static Option<int?> Number(string name, string description, int least, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "N",
        Required = required,
        CustomParser = result =>
        {
            string found = result.Tokens[0].Value;
            if (int.TryParse(found, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least)
            {
                return number;
            }

            result.AddError($"{name} is \"{found}\"; expected a whole number of at least {least}");
            return null;
        },
    };

    /// <summary>One of a few words; the first where none is given.</summary>
    public static Option<string> Choice(string name, string description, params string[] choices) => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices)}",
        HelpName = "NAME",
        DefaultValueFactory = _ => choices[0],
        CustomParser = result =>
        {
            string found = result.Tokens[0].Value;
            if (!choices.Contains(found, StringComparer.Ordinal))
            {
                result.AddError($"{name} is \"{found}\"; choose one of {string.Join(", ", choices)}");
            }

            return found;
        },
    };

    /// <summary>Files, folders or globs: repeated, one after the other, or parted by commas. A comma in the name of a file that is there parts nothing.</summary>
    public static Option<string[]> Paths(string name, string description, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "PATH…",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => Parted(token.Value))],
    };

    public static Argument<string[]> Texts(string description) =>
        new("TEXT…") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    private static string[] Parted(string value) => Path.Exists(value)
        ? [value]
        : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

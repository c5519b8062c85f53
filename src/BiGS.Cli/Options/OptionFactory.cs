using System.CommandLine;
using System.Globalization;
using System.Text;
using BiGS.Files;

namespace BiGS.Cli.Options;

/// <summary>Options by the kind of value that they take; what does not fit is wrong usage, with what would.</summary>
internal static class OptionFactory
{
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string> Text(string name, string helpName, string description, bool required = false) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Required = required,
            CustomParser = result =>
            {
                string found = result.Tokens[0].Value;
                if (found.Length == 0)
                {
                    result.AddError(Empty(name, helpName));
                }

                return found;
            },
        };

    /// <summary>Which of a model's prompts is written before what it reads.</summary>
    /// <param name="what">What it reads.</param>
    public static Option<string> PromptName(string what) => Text(
        "--prompt-name", "NAME", $"which of the model's prompts stands before every {what} (default: the one that its config_sentence_transformers.json names, if any)");

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

    /// <summary>A number of at least 0, such as 6e-4.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">What it is.</param>
    /// <param name="suffixes">Whether K, M and B may stand for thousands, millions and billions.</param>
    public static Option<double?> Real(string name, string description, bool suffixes = false) => Real(
        name, description, suffixes, number => number >= 0, $"a number of at least 0, such as {(suffixes ? "250000, 250K or 1.5M" : "0.01 or 6e-4")}");

    /// <summary>A number above 0.</summary>
    /// <inheritdoc cref="Real(string, string, bool)"/>
    public static Option<double?> Positive(string name, string description, bool suffixes = false) => Real(
        name, description, suffixes, number => number > 0, $"a number above 0, such as {(suffixes ? "250000, 250K or 1.5M" : "12.5")}");

    /// <summary>A part of a whole: above 0, and at most 1.</summary>
    /// <inheritdoc cref="Real(string, string, bool)"/>
    public static Option<double?> Share(string name, string description) =>
        Real(name, description, suffixes: false, number => number is > 0 and <= 1, "a share above 0 and up to 1, such as 0.4");

    /// <summary>A part of a whole that leaves something of it: above 0 and below 1.</summary>
    /// <inheritdoc cref="Real(string, string, bool)"/>
    public static Option<double?> Part(string name, string description) =>
        Real(name, description, suffixes: false, number => number is > 0 and < 1, "a share above 0 and below 1, such as 0.1");

    private static Option<double?> Real(string name, string description, bool suffixes, Predicate<double> fits, string expected) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string found = result.Tokens[0].Value;
            double unit = !suffixes ? 1 : found.LastOrDefault() switch { 'K' or 'k' => 1e3, 'M' or 'm' => 1e6, 'B' or 'b' => 1e9, _ => 1 };
            if (double.TryParse(unit > 1 ? found[..^1] : found, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && fits(number) && double.IsFinite(number * unit))
            {
                return number * unit;
            }

            result.AddError($"{name} is \"{found}\"; expected {expected}");
            return null;
        },
    };

    /// <summary>Positive numbers, parted by commas or given one after the other.</summary>
    public static Option<double[]> Reals(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X…",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            var numbers = new List<double>();
            foreach (string word in result.Tokens.SelectMany(token => Words(token.Value)))
            {
                if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !(number > 0) || !double.IsFinite(number))
                {
                    result.AddError($"{name} has \"{word}\"; expected positive numbers, such as 0.7,0.3");
                    return [];
                }

                numbers.Add(number);
            }

            if (numbers.Count == 0)
            {
                result.AddError(Empty(name, "positive numbers"));
            }

            return [.. numbers];
        },
    };

    /// <summary>One of a few words; the first where none is given.</summary>
    public static Option<string> Choice(string name, string description, params string[] choices) => Choice(name, description, choices, renamed: null);

    /// <summary>One of a few words, of which one is also known by the name that it had before.</summary>
    public static Option<string> Choice(string name, string description, string[] choices, (string Old, string New)? renamed) => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices)}",
        HelpName = "NAME",
        DefaultValueFactory = _ => choices[0],
        CustomParser = result =>
        {
            string found = result.Tokens[0].Value is var given && given == renamed?.Old ? renamed.Value.New : given;
            if (!choices.Contains(found, StringComparer.Ordinal))
            {
                result.AddError($"{name} is \"{found}\"; choose one of {string.Join(", ", choices)}");
            }

            return found;
        },
    };

    /// <summary>Some of a few words, parted by commas or given one after the other; all of them where none is given.</summary>
    public static Option<string[]> Choices(string name, string description, params string[] choices) => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices)} (default all)",
        HelpName = "NAME…",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => choices,
        CustomParser = result =>
        {
            string[] found = [.. result.Tokens.SelectMany(token => Words(token.Value))];
            if (found.FirstOrDefault(word => !choices.Contains(word, StringComparer.Ordinal)) is { } unknown)
            {
                result.AddError($"{name} names \"{unknown}\"; choose of {string.Join(", ", choices)}");
            }
            else if (found.Length == 0)
            {
                result.AddError(Empty(name, string.Join(", ", choices)));
            }

            return found;
        },
    };

    /// <summary>Positive whole numbers, parted by commas or given one after the other.</summary>
    public static Option<int[]> Numbers(string name, string description, params int[] usual) => new(name)
    {
        Description = usual.Length > 0 ? $"{description} (default {string.Join(",", usual)})" : description,
        HelpName = "N…",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (string word in result.Tokens.SelectMany(token => Words(token.Value)))
            {
                if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
                {
                    result.AddError($"{name} has \"{word}\"; expected whole numbers of at least 1, such as 128,512");
                    return [];
                }

                numbers.Add(number);
            }

            if (numbers.Count == 0)
            {
                result.AddError(Empty(name, "whole numbers"));
            }

            return [.. numbers];
        },
    };

    /// <summary>
    /// Files, folders or globs: repeated, one after the other, or parted by commas. A comma in the name of a file that is there parts
    /// nothing.
    /// </summary>
    public static Option<string[]> Paths(string name, string description, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "PATH…",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            if (result.Tokens.Any(token => Parted(token.Value).Length == 0))
            {
                result.AddError(Empty(name, "a path"));
            }

            return [.. result.Tokens.SelectMany(token => Parted(token.Value))];
        },
    };

    /// <summary>A character between cells: itself, or "tab".</summary>
    public static Option<char?> Delimiter(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "CHAR",
        CustomParser = result =>
        {
            string found = result.Tokens[0].Value;
            if (found is "tab" or "\\t" or "\t")
            {
                return '\t';
            }

            if (found.Length == 1 && found[0] is not ('"' or '\r' or '\n'))
            {
                return found[0];
            }

            result.AddError($"{name} is \"{found}\"; expected one character, such as , or ; or |, or the word tab");
            return null;
        },
    };

    /// <summary>An encoding by its name.</summary>
    public static Option<Encoding?> Encoding(string name) => new(name)
    {
        Description = "of text files without a byte-order mark: windows-1252, latin1, utf-16, … (default utf-8)",
        HelpName = "NAME",
        CustomParser = result =>
        {
            try
            {
                return TextEncoding.Named(result.Tokens[0].Value);
            }
            catch (ArgumentException unknown)
            {
                result.AddError($"{name}: {unknown.Message}");
                return null;
            }
        },
    };

    public static Argument<string[]> Texts(string description, string name = "TEXT…") =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };

    private static string Empty(string name, string expected) => $"{name} is empty; expected {expected}";

    private static string[] Parted(string value) => Path.Exists(value) ? [value] : Words(value);

    private static string[] Words(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

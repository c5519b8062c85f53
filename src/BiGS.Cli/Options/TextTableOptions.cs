using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Training.Corpora;

namespace BiGS.Cli.Options;

/// <summary>A table in place of single texts: --file reads it, and it is written again with the answers as columns.</summary>
internal sealed class TextTableOptions
{
    private readonly Option<string> _file = OptionFactory.Text("--file", "TABLE", "a table (.csv, .tsv, .jsonl, .json, also .gz, or .parquet) that is written again with the answers as columns added");
    private readonly Option<string> _text = OptionFactory.Text("--text-column", "NAME", "of the table: the texts, by name, or by number from 1 where the columns have no names");
    private readonly Option<string>? _pair;
    private readonly Option<string> _output = OptionFactory.Text("--out", "FILE", "of the table: where it is written, as .csv, .tsv or .jsonl, also .gz (default: standard output, in the table's own format; of .json and .parquet, .jsonl)");
    private readonly Option<bool> _overwrite = OptionFactory.Flag("--overwrite", "replace the file of --out");
    private readonly Option<bool> _allowEmpty = OptionFactory.Flag("--allow-empty", "of the table: leave rows with an empty text without an answer, instead of refusing them");
    private readonly TableFormatOptions _format = new();
    private readonly Option<bool> _json;

    /// <param name="takesPairs">Whether a row may hold two texts.</param>
    /// <param name="json">The verb's own --json; with a table it asks for JSON Lines.</param>
    public TextTableOptions(bool takesPairs, Option<bool> json)
    {
        _pair = takesPairs ? OptionFactory.Text("--pair-column", "NAME", "of the table: the second texts") : null;
        _json = json;
    }

    private IEnumerable<Option> OfTheTable => [_text, .. _pair is null ? Array.Empty<Option>() : [_pair], _output, _overwrite, _allowEmpty, .. _format.All];

    /// <param name="command">The verb.</param>
    /// <param name="texts">Its arguments, which a table stands in for.</param>
    /// <param name="others">Options of the verb that concern tables only.</param>
    public void AddTo(Command command, Argument<string[]> texts, params IReadOnlyList<Option> others)
    {
        Option[] ofTheTable = [.. OfTheTable, .. others];
        command.Add(_file);
        Array.ForEach(ofTheTable, command.Add);
        command.Validators.Add(result =>
        {
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (!IsGiven(_file))
            {
                if (Array.Find(ofTheTable, IsGiven) is { } lost)
                {
                    result.AddError($"{lost.Name} belongs to {_file.Name} TABLE, which is not given");
                }
            }
            else if (result.GetResult(texts) is { Tokens: [var text, ..] })
            {
                result.AddError($"the texts stand in {_file.Name}, and \"{text.Value}\" is given beside it; leave one of them out");
            }
            else if (!IsGiven(_text))
            {
                result.AddError($"{_text.Name} NAME is missing: the column of {_file.Name} that holds the texts");
            }
            else if (result.GetResult(_output) is { Tokens: [var file] } && FormatOf(file.Value) is var format and not TableFormat.JsonLines && IsGiven(_json))
            {
                result.AddError(format is null ? NoTable(file.Value) : $"{_json.Name} asks for JSON Lines, and {_output.Name} is {file.Value}; leave one of them out, or name a .jsonl file");
            }
        });
    }

    /// <summary>The table that is to be answered; null where none is given.</summary>
    /// <exception cref="IOException">The table is not there, or the output cannot be written.</exception>
    /// <exception cref="ArgumentException">One of them is no table by its extension.</exception>
    /// <exception cref="InvalidDataException">The table lacks a column.</exception>
    public TextTable? Open(ParseResult parse, Terminal terminal)
    {
        if (parse.GetValue(_file) is not { } path)
        {
            return null;
        }

        string? output = parse.GetValue(_output);
        TableFormat format = output is not null ? FormatOf(output) ?? throw new ArgumentException(NoTable(output))
            : parse.GetValue(_json) ? TableFormat.JsonLines
            : FormatOf(path) ?? TableFormat.JsonLines;
        if (output is not null)
        {
            OutputPath.File(output, _output.Name, parse.GetValue(_overwrite), path);
        }

        string? pair = _pair is null ? null : parse.GetValue(_pair);
        return new TextTable(path, Column.Parse(parse.GetRequiredValue(_text)), pair is null ? null : Column.Parse(pair), _format.Of(parse, terminal))
        {
            Output = output,
            Format = format,
            AllowsEmpty = parse.GetValue(_allowEmpty),
        };
    }

    /// <summary>What a file holds by its extension; null where it is not one that tables are written as.</summary>
    private static TableFormat? FormatOf(string path) =>
        Path.GetExtension(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path).ToLowerInvariant() switch
        {
            ".csv" => TableFormat.Csv,
            ".tsv" or ".tab" or ".txt" => TableFormat.Tsv,
            ".jsonl" => TableFormat.JsonLines,
            _ => null,
        };

    private string NoTable(string path) => $"{path}: {_output.Name} writes .csv, .tsv or .jsonl, each also .gz; choose one of these endings";
}

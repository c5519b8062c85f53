using System.CommandLine;
using System.CommandLine.Parsing;
using BiGS.Cli.Output;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>Which tokenizer: a vocabulary of its own, or the one in a model's folder.</summary>
internal sealed class TokenizerOptions
{
    private readonly Option<string> _vocabulary = OptionFactory.Text("--vocab", "FILE", "a vocab.txt, a tokenizer.json, or a folder with either");
    private readonly Option<string> _model = OptionFactory.Text("--model", "MODEL", $"the tokenizer of a model: its folder, owner/name[@revision] of the Hugging Face hub, or {ShippedModel.Name}");
    private readonly Option<bool> _cased = OptionFactory.Flag("--cased", "keep upper case and accents, whatever the files say");

    public void AddTo(Command command)
    {
        command.Add(_vocabulary);
        command.Add(_model);
        command.Add(_cased);
        command.Validators.Add(ExactlyOne);
    }

    /// <inheritdoc cref="ModelPlace.OfTokenizer"/>
    public BertTokenizer Open(ParseResult parse, Terminal terminal) => BertTokenizer.Open(
        parse.GetValue(_vocabulary) ?? ModelPlace.OfTokenizer(parse.GetRequiredValue(_model), terminal), parse.GetValue(_cased) ? false : null);

    private void ExactlyOne(CommandResult result)
    {
        int given = (result.GetResult(_vocabulary) is null ? 0 : 1) + (result.GetResult(_model) is null ? 0 : 1);
        if (given != 1)
        {
            result.AddError(given == 0
                ? "no tokenizer is named; give --vocab FILE or --model MODEL"
                : "two tokenizers are named; give either --vocab FILE or --model MODEL");
        }
    }
}

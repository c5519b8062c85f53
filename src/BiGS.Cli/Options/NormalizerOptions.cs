using System.CommandLine;
using System.Text;
using BiGS.Tokenizers;

namespace BiGS.Cli.Options;

/// <summary>How text is normalised before a vocabulary is learned from it, and from then on.</summary>
internal sealed class NormalizerOptions
{
    private readonly Option<bool> _cased = OptionFactory.Flag("--cased", "a learned vocabulary keeps upper case and accents");
    private readonly Option<bool> _keepAccents = OptionFactory.Flag("--keep-accents", "a learned vocabulary is lower-cased, and keeps accents");
    private readonly Option<string> _normalize = OptionFactory.Choice(
        "--normalize", "the Unicode form of a learned vocabulary (auto is nfc, except where the vocabulary is plain ASCII)", "auto", "nfc", "nfkc");

    public NormalizerOptions() => _keepAccents.Validators.Add(result =>
    {
        if (!result.Implicit && result.GetResult(_cased) is { Implicit: false })
        {
            result.AddError($"{_cased.Name} keeps accents already; give it or {_keepAccents.Name}");
        }
    });

    public IReadOnlyList<Option> All => [_cased, _keepAccents, _normalize];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>The first option that is given; null where none is.</summary>
    public string? FirstGiven(ParseResult parse) => All.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>What the options say; what they leave open stays as it was.</summary>
    public BertNormalizer Over(BertNormalizer before, ParseResult parse)
    {
        bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };
        return before with
        {
            LowerCase = !IsGiven(_cased) && before.LowerCase,
            StripAccents = IsGiven(_keepAccents) ? false : before.StripAccents,
            Form = !IsGiven(_normalize) ? before.Form : parse.GetValue(_normalize) switch
            {
                "nfc" => NormalizationForm.FormC,
                "nfkc" => NormalizationForm.FormKC,
                _ => null,
            },
        };
    }
}

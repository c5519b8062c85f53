using BiGS.Cli.Options;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Wrong usage is exit code 2 and one line that says what to do; help and version are results.</summary>
public class UsageTests
{
    [Fact]
    public void AloneItShowsHelp()
    {
        Outcome outcome = Bigs.Run().Succeeded();
        Assert.All(["pretrain", "tokenizer", "forward", "fill-mask", "evaluate", "finetune", "extend", "plot", "convert", "bench", "serve", "doctor"], verb => Assert.Contains(verb, outcome.Output));
        Assert.Equal("", outcome.Errors);
    }

    [Fact]
    public void TellsItsVersion() => Assert.Matches(@"^bigs \d+\.\d+\.\d+\n$", Bigs.Run("--version").Succeeded().Output);

    [Theory]
    [InlineData("corpus")]
    [InlineData("corpus prepare")]
    [InlineData("tokenizer")]
    [InlineData("tokenizer train")]
    [InlineData("tokenizer encode")]
    [InlineData("tokenizer decode")]
    [InlineData("pretrain")]
    [InlineData("plan")]
    [InlineData("forward")]
    [InlineData("fill-mask")]
    [InlineData("evaluate")]
    [InlineData("convert")]
    [InlineData("finetune")]
    [InlineData("extend")]
    [InlineData("plot")]
    [InlineData("plot kernels")]
    [InlineData("plot matrices")]
    [InlineData("plot losses")]
    [InlineData("bench")]
    [InlineData("bench serve")]
    [InlineData("bench matmul")]
    [InlineData("serve")]
    [InlineData("doctor")]
    public void EveryVerbShowsAnExample(string verb)
    {
        string help = Bigs.Run([.. verb.Split(' '), "--help"]).Succeeded().Output;
        Assert.Contains("Example", help);
        Assert.Contains($"\n  bigs {verb}", help);
        Assert.DoesNotContain(" \n", help);
    }

    [Theory]
    [InlineData("search", "bigs search [options] FOLDER [QUESTION…]")]
    [InlineData("index", "bigs index [options] FOLDER")]
    [InlineData("classify", "bigs classify [options] [TEXT…]")]
    public void BracketsStandAroundWhatMayBeLeftOut(string verb, string usage) => Assert.Contains($"  {usage}\n", Bigs.Run(verb, "--help").Succeeded().Output);

    [Theory]
    [InlineData("fillmask", "no verb \"fillmask\"", "did you mean fill-mask?")]
    [InlineData("fillmask --help", "no verb \"fillmask\"", "did you mean fill-mask?")]
    [InlineData("xyz", "no verb \"xyz\"", "there are ")]
    [InlineData("tokenizer", "the verb is missing", "train, encode, decode")]
    [InlineData("tokenizer enc", "no verb \"enc\"", "did you mean encode?")]
    [InlineData("doctor now", "\"now\" is one argument too many", "bigs doctor --help")]
    [InlineData("doctor --jsn", "no option \"--jsn\"", "did you mean --json?")]
    [InlineData("extend --max-length 64 --out x", "--model is missing", "bigs extend --help")]
    [InlineData("fill-mask --model", "--model needs a value", "bigs fill-mask --help")]
    [InlineData("fill-mask --model x --tpo 3", "no option \"--tpo\"", "did you mean --top?")]
    [InlineData("fill-mask --model x --tpo=3", "no option \"--tpo\"", "did you mean --top?")]
    [InlineData("fill-mask --model x --top three", "--top is \"three\"", "whole number of at least 1")]
    [InlineData("fill-mask --model x --top 0", "--top is \"0\"", "whole number of at least 1")]
    [InlineData("fill-mask --model x --precision fp8", "--precision is \"fp8\"", "auto, fp32, bf16, fp64")]
    [InlineData("fill-mask --model x --route fast", "--route is \"fast\"", "auto, recurrent, fft, toeplitz")]
    [InlineData("forward --model x --input y", "--output is missing", "bigs forward --help")]
    [InlineData("evaluate --task chess --data x --model y", "--task is \"chess\"", "mlm, score, blimp, agreement, grammar, efficiency")]
    [InlineData("evaluate --task mlm --model y", "--data is missing", "bigs evaluate --help")]
    [InlineData("evaluate --task blimp --model y", "--data is missing")]
    [InlineData("convert --out x", "--model is missing")]
    [InlineData("evaluate --task blimp --data x --model y --seed 3", "--task blimp has no use for --seed", "leave it out")]
    [InlineData("evaluate --task grammar --data x --model y", "--task grammar has no use for --data")]
    [InlineData("evaluate --task mlm --data x --model y --masking piece", "--task mlm has no use for --masking")]
    [InlineData("evaluate --task score --data x --model y --masking word", "--masking is \"word\"", "piece, rest-of-word")]
    [InlineData("serve --port 70000", "--port is 70000", "0 to 65535")]
    [InlineData("serve --host localhorst", "--host is \"localhorst\"", "127.0.0.1")]
    [InlineData("serve --time-limit 0", "--time-limit is 0")]
    [InlineData("serve --max-batch-tokens 0", "at least 1")]
    [InlineData("tokenizer encode", "no tokenizer is named", "--vocab FILE or --model MODEL")]
    [InlineData("tokenizer encode --vocab x --model y", "two tokenizers", "either --vocab FILE or --model MODEL")]
    [InlineData("tokenizer train --corpus x --out y --size 3", "--size is \"3\"", "at least 6")]
    [InlineData("tokenizer train --corpus x --out y", "--size is missing", "bigs tokenizer train --help")]
    public void WrongUsageSaysWhatIsWrong(string line, params string[] parts) => Bigs.Run(line.Split(' ')).FailedWith(2, parts);

    [Fact]
    public void ATextMayBeginWithADashBehindTwoDashes()
    {
        using var model = new SmallModel();
        Bigs.Run("fill-mask", "--model", model.Folder, "-the [MASK]").Succeeded();
        Bigs.Run("tokenizer", "encode", "--model", model.Folder, "--", "--the").Succeeded();
        Bigs.Run("tokenizer", "encode", "--model", model.Folder, "--the").FailedWith(2, "no option \"--the\"");
    }

    [Fact]
    public void AnErrorShowsItsTraceOnlyWhenAskedTo()
    {
        Bigs.Run("fill-mask", "--model", "no-such-folder", "x").FailedWith(1, "no-such-folder");
        string errors = Bigs.Run("fill-mask", "--model", "no-such-folder", "x", "--verbose").Errors;
        Assert.Contains("   at BiGS.", errors);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("top", "tpo", 1)]
    [InlineData("fill-mask", "fillmask", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void DistanceCountsMistypings(string a, string b, int expected)
    {
        Assert.Equal(expected, SpellingSuggestion.Distance(a, b));
        Assert.Equal(expected, SpellingSuggestion.Distance(b, a));
    }
}

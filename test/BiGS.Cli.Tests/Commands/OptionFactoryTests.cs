using System.CommandLine;
using BiGS.Cli.Options;

namespace BiGS.Cli.Tests.Commands;

public class OptionFactoryTests
{
    [Theory]
    [InlineData("6e-4", 6e-4)]
    [InlineData("0", 0.0)]
    [InlineData("250K", 250_000.0)]
    [InlineData("1.5m", 1_500_000.0)]
    [InlineData("11B", 11e9)]
    public void RealNumbersMayHaveSuffixes(string text, double expected) => Assert.Equal(expected, Parse(OptionFactory.Real("--x", "", suffixes: true), text).Value);

    [Theory]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("nan")]
    [InlineData("1e999")]
    [InlineData("1,5")]
    [InlineData("2T")]
    public void WhatIsNoNumberIsWrongUsage(string text)
    {
        string error = Parse(OptionFactory.Real("--x", "", suffixes: true), text).Error!;
        Assert.Contains($"--x is \"{text}\"", error);
        Assert.Contains("250K", error);
    }

    [Fact]
    public void SuffixesAreForCountsOnly() => Assert.NotNull(Parse(OptionFactory.Real("--x", ""), "1K").Error);

    [Theory]
    [InlineData("--data a.txt,b.txt --data c.txt")]
    [InlineData("--data a.txt b.txt c.txt")]
    [InlineData("--data a.txt --data b.txt,c.txt")]
    public void ListsTakeCommasAndRepetition(string line)
    {
        Option<string[]> data = OptionFactory.Paths("--data", "");
        Assert.Equal(["a.txt", "b.txt", "c.txt"], new Command("x") { data }.Parse(line.Split(' ')).GetRequiredValue(data));
    }

    private static (T? Value, string? Error) Parse<T>(Option<T> option, string text)
    {
        ParseResult parse = new Command("x") { option }.Parse(["--x=" + text]);
        return parse.Errors.Count > 0 ? (default, parse.Errors[0].Message) : (parse.GetValue(option), null);
    }
}

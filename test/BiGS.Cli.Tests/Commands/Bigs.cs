using System.Text.Json;

namespace BiGS.Cli.Tests.Commands;

/// <summary>What a command line left behind.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output: results and nothing else.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Outcome(int Code, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Every line of standard output as a JSON object; throws where one is not.</summary>
    public JsonElement[] Objects => [.. Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    public Outcome Succeeded()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Errors}");
        return this;
    }

    /// <summary>One line on standard error that begins with "error:", nothing on standard output.</summary>
    public void FailedWith(int code, params string[] parts)
    {
        Assert.Equal(code, Code);
        Assert.Equal("", Output);
        Assert.StartsWith("error: ", Errors);
        Assert.Equal(Errors.Length - 1, Errors.IndexOf('\n'));
        Assert.All(parts, part => Assert.Contains(part, Errors));
    }
}

/// <summary>The command line, run in this process as if in a pipe.</summary>
internal static class Bigs
{
    public static Outcome Run(params string[] args) => RunOn("", args);

    public static Outcome RunOn(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter { NewLine = "\n" };
        int code = BigsProgram.Run(args, new StringReader(input), output, errors);
        return new Outcome(code, output.ToString(), errors.ToString());
    }
}

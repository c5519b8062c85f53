using System.Text;
using Spectre.Console;

namespace BiGS.Cli.Output;

/// <summary>A stream that text is laid out for: a screen with its width and colours, or a pipe.</summary>
internal sealed class ConsoleOutput : IAnsiConsoleOutput
{
    private const int PipeWidth = 100;
    private const int PipeHeight = 24;

    private ConsoleOutput(TextWriter writer, bool isTerminal)
    {
        Writer = writer;
        IsTerminal = isTerminal;
    }

    public TextWriter Writer { get; }

    public bool IsTerminal { get; }

    public int Width => IsTerminal && System.Console.WindowWidth is > 0 and int columns ? columns : PipeWidth;

    public int Height => IsTerminal && System.Console.WindowHeight is > 0 and int rows ? rows : PipeHeight;

    public static ConsoleOutput Screen(TextWriter writer) => new(writer, isTerminal: true);

    public static ConsoleOutput Pipe(TextWriter writer) => new(writer, isTerminal: false);

    /// <param name="writer">Where the laid-out text goes: this stream, or first into memory.</param>
    public IAnsiConsole Open(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new ConsoleOutput(writer, IsTerminal),
        Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });

    public void SetEncoding(Encoding encoding)
    {
        // The writers are UTF-8 from the start.
    }
}

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Output;

/// <summary>
/// Where a command reads and speaks. Results go to standard output and nothing else does; notes, warnings, errors and progress go to
/// standard error. All in UTF-8 without a byte order mark.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private const int BrokenPipe = 32; // EPIPE
    private const int SignalBase = 128;
    private const int Interrupt = 2; // SIGINT
    private const int Terminate = 15; // SIGTERM
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TextReader _input;
    private readonly bool _inputIsTyped;
    private readonly TextWriter _output;
    private readonly StringWriter _layout = new() { NewLine = "\n" };
    private readonly IAnsiConsole _results;
    private readonly IAnsiConsole _notes;
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Lock _journal = new();
    private readonly CancellationTokenSource _interrupt = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private volatile bool _waitsForInput;

    /// <summary>Pipes: no colour, no bars.</summary>
    public Terminal(TextReader input, TextWriter output, TextWriter error)
        : this(input, inputIsTyped: false, ConsoleOutput.Pipe(output), ConsoleOutput.Pipe(error))
    {
    }

    private Terminal(TextReader input, bool inputIsTyped, ConsoleOutput output, ConsoleOutput error)
    {
        _input = input;
        _inputIsTyped = inputIsTyped;
        _output = output.Writer;
        _results = output.Open(_layout);
        _notes = error.Open(error.Writer);
    }

    /// <summary>Set by Ctrl-C or SIGTERM; a second one ends the process at once.</summary>
    public CancellationToken Interrupted => _interrupt.Token;

    /// <summary>What a shell knows a process by that a signal has ended: 128 and the signal's number, that of the first; 0 without one.</summary>
    public int InterruptedCode { get; private set; }

    /// <summary>What an interrupted verb leaves behind, and how to go on.</summary>
    public string InterruptedNote { get; set; } = "interrupted before the end; what was written whole stays.";

    /// <summary>Whether writing a result failed because nobody reads any more.</summary>
    public bool IsOutputClosed { get; private set; }

    /// <summary>Who says that something went wrong, where several processes share a screen.</summary>
    public string? MessagePrefix { get; set; }

    /// <summary>Columns for results.</summary>
    public int Width => _results.Profile.Width;

    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var input = new StreamReader(StandardStreams.Input(), utf8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        var output = new StreamWriter(StandardStreams.Output(), utf8, bufferSize: 1 << 16);
        var error = new StreamWriter(StandardStreams.Error(), utf8) { AutoFlush = true };
        var terminal = new Terminal(
            input,
            inputIsTyped: !System.Console.IsInputRedirected,
            System.Console.IsOutputRedirected ? ConsoleOutput.Pipe(output) : ConsoleOutput.Screen(output),
            System.Console.IsErrorRedirected ? ConsoleOutput.Pipe(error) : ConsoleOutput.Screen(error));
        terminal.ListenTo(PosixSignal.SIGINT, PosixSignal.SIGTERM);
        return terminal;
    }

    /// <summary>The texts that a command is about: its arguments, or the lines of standard input where there are none.</summary>
    public IEnumerable<string> Texts(IReadOnlyCollection<string> arguments)
    {
        if (arguments.Count == 0 && _inputIsTyped)
        {
            Note("reading lines from the keyboard; Ctrl-D ends them");
        }

        using IEnumerator<string> texts = (arguments.Count > 0 ? arguments : LineReader.Lines(_input)).GetEnumerator();
        while (Next(texts))
        {
            Interrupted.ThrowIfCancellationRequested();
            yield return texts.Current;
        }
    }

    /// <summary>Questions that are answered one by one: arguments, lines of standard input that are not empty, or what is typed up to an empty line.</summary>
    public IEnumerable<string> Questions(IReadOnlyCollection<string> arguments)
    {
        bool asks = arguments.Count == 0 && _inputIsTyped;
        using IEnumerator<string> lines = (arguments.Count > 0 ? arguments : LineReader.Lines(_input)).GetEnumerator();
        while (Next(lines, asks ? "question (an empty line ends): " : ""))
        {
            Interrupted.ThrowIfCancellationRequested();
            if (arguments.Count > 0 || !string.IsNullOrWhiteSpace(lines.Current))
            {
                yield return lines.Current;
            }
            else if (asks)
            {
                yield break;
            }
        }
    }

    /// <summary>One result as a line, passed on at once.</summary>
    public void Line(string line)
    {
        try
        {
            _output.Write(line);
            _output.Write('\n');
            _output.Flush();
        }
        catch (IOException broken) when (broken.HResult == BrokenPipe)
        {
            IsOutputClosed = true;
            throw;
        }
        catch (IOException failure)
        {
            throw new IOException($"standard output does not take the result: {failure.Message.TrimEnd('.')}.", failure);
        }
    }

    /// <summary>One result as a JSON object on a line.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        _json.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_json, Relaxed))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        Line(Encoding.UTF8.GetString(_json.WrittenSpan));
    }

    /// <summary>A line for a log, as a JSON object, on standard error. Any thread may write one.</summary>
    public void WriteLogLine(Action<Utf8JsonWriter> write)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Relaxed))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        lock (_journal)
        {
            _notes.Profile.Out.Writer.Write(Encoding.UTF8.GetString(line.WrittenSpan) + "\n");
        }
    }

    /// <summary>A result for people: colours and width as the screen has them, and no blanks at the ends of lines.</summary>
    public void Show(IRenderable result)
    {
        _results.Write(result);
        string[] lines = [.. _layout.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];
        _layout.GetStringBuilder().Clear();
        Line(string.Join('\n', lines));
    }

    public void Note(string note)
    {
        note = OptionNames.In(note);
        if (_notes.Profile.Out.IsTerminal)
        {
            _notes.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{note}[/]");
        }
        else
        {
            _notes.Profile.Out.Writer.WriteLine(note);
        }
    }

    public void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            Say("warning", Color.Yellow, warning);
        }
    }

    public void Fail(string error) => Say("error", Color.Red, error);

    public void Fail(Exception failure, bool withTrace)
    {
        Fail(ErrorLine.Of(failure));
        if (withTrace)
        {
            _notes.Profile.Out.Writer.WriteLine(failure);
        }
    }

    /// <summary>A line that shows how far work has come: a bar on a screen, now and then a line in a pipe.</summary>
    public ProgressLine Progress() => new(_notes);

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _interrupt.Dispose();
    }

    /// <summary>One line, however long: who reads it may be a program.</summary>
    private void Say(string kind, Color color, string message)
    {
        _notes.Write(new Text(kind, new Style(color)));
        _notes.Profile.Out.Writer.WriteLine($": {(MessagePrefix is null ? "" : $"{MessagePrefix}: ")}{OneLine(OptionNames.In(message))}");
    }

    /// <summary>Names of files may hold line ends and what moves a screen's cursor.</summary>
    private static string OneLine(string message) => string.Concat(message.Select(letter => char.IsControl(letter) ? ' ' : letter));

    private bool Next(IEnumerator<string> texts, string prompt = "")
    {
        _notes.Profile.Out.Writer.Write(prompt);
        _waitsForInput = true;
        bool found = texts.MoveNext();
        _waitsForInput = false;
        return found;
    }

    /// <summary>
    /// The first signal asks; the second ends the process, and so does the first while it waits for a line that may never come.
    /// </summary>
    private void ListenTo(params ReadOnlySpan<PosixSignal> signals)
    {
        foreach (PosixSignal signal in signals)
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                if (_interrupt.IsCancellationRequested || _waitsForInput)
                {
                    return; // ends the process, as it would without a handler
                }

                context.Cancel = true;
                InterruptedCode = SignalBase + (context.Signal == PosixSignal.SIGINT ? Interrupt : Terminate);
                _interrupt.Cancel();
            }));
        }
    }
}

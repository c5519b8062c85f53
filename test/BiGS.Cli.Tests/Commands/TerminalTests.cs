using BiGS.Cli.Output;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class TerminalTests
{
    private const int BrokenPipe = 32;

    [Fact]
    public void AReaderThatHasSeenEnoughIsNoError()
    {
        using var model = new SmallModel();
        using var errors = new StringWriter();
        int code = BigsProgram.Run(["tokenizer", "encode", "--model", model.Folder], new StringReader("the\ntrees\n"), new ClosedWriter(BrokenPipe), errors);
        Assert.Equal((0, ""), (code, errors.ToString()));
    }

    [Fact]
    public void AFullDiskIsAnError()
    {
        using var model = new SmallModel();
        using var errors = new StringWriter();
        int code = BigsProgram.Run(["tokenizer", "encode", "--model", model.Folder, "the"], TextReader.Null, new ClosedWriter(28), errors);
        Assert.Equal(1, code);
        Assert.StartsWith("error: ", errors.ToString());
    }

    [Fact]
    public void ShortWorkInAPipeReportsNothing()
    {
        using var errors = new StringWriter();
        using var terminal = new Terminal(TextReader.Null, TextWriter.Null, errors);
        using (ProgressLine line = terminal.Progress())
        {
            line.Report("counting", 0.5);
        }

        Assert.Equal("", errors.ToString());
    }

    [Fact]
    public void ErrorsAreOneLine()
    {
        Assert.Equal("first second", ErrorLine.Of(new IOException("first\n  second\n")));
        Assert.Equal("found 3", ErrorLine.Of(new ArgumentOutOfRangeException("x", 3, "found 3")));
        Assert.Equal("size mismatch (ExternalException); --verbose shows where.",
            ErrorLine.Of(new System.Runtime.InteropServices.ExternalException("size mismatch\nException raised from meta at a.cpp:1\nframe 0")));
        Assert.Equal("inner", ErrorLine.Of(new AggregateException(new InvalidDataException("inner"))));
    }

    private sealed class ClosedWriter(int error) : StringWriter
    {
        public override void Flush() => throw new IOException("cannot write", error);
    }
}

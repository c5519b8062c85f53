using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Reflection;
using BiGS.Cli.Commands;
using BiGS.Cli.Console;

namespace BiGS.Cli;

/// <summary>The command line from arguments to exit code: 0 good, 1 failed, 2 wrong usage.</summary>
internal static class BigsProgram
{
    private const int Good = 0;
    private const int Failed = 1;
    private const int Misused = 2;

    private static readonly ParserConfiguration Plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs as if in a pipe.</summary>
    public static int Run(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        using var terminal = new Terminal(input, output, error);
        return Run(args, terminal);
    }

    public static int Run(string[] args, Terminal terminal)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Option<bool> verbose = Verbose();
        ParseResult parse = Root(terminal, verbose).Parse(args, Plain);
        if (WrongUsage.Of(parse) is string wrong)
        {
            terminal.Fail(wrong);
            return Misused;
        }

        try
        {
            return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException) when (terminal.Interrupted.IsCancellationRequested)
        {
            terminal.Fail("interrupted before the end; what was written whole stays.");
            return Failed;
        }
        catch (IOException) when (terminal.ReaderIsGone)
        {
            // Whoever reads the results (head, for one) has seen enough.
            return Good;
        }
        catch (Exception failure)
        {
            terminal.Fail(failure, withTrace: parse.GetValue(verbose));
            return Failed;
        }
    }

    /// <summary>What is wrong with a command line, without running it; null where nothing is.</summary>
    public static string? WhatIsWrong(string[] args, Terminal terminal) => WrongUsage.Of(Root(terminal, Verbose()).Parse(args, Plain));

    private static Option<bool> Verbose() => new("--verbose") { Description = "show the stack trace of an error", Recursive = true };

    private static RootCommand Root(Terminal terminal, Option<bool> verbose)
    {
        var root = new RootCommand("Encoders without attention: pretrain, evaluate and use bidirectional gated state-space models.")
        {
            verbose,
            PretrainCommand.Build(terminal),
            PlanCommand.Build(terminal),
            TokenizerCommand.Build(terminal),
            CorpusCommand.Build(terminal),
            ForwardCommand.Build(terminal),
            FillMaskCommand.Build(terminal),
            EmbedCommand.Build(terminal),
            ClassifyCommand.Build(terminal),
            TagCommand.Build(terminal),
            AnswerCommand.Build(terminal),
            IndexCommand.Build(terminal),
            SearchCommand.Build(terminal),
            EvaluateCommand.Build(terminal),
            FinetuneCommand.Build(terminal),
            StudyCommand.Build(terminal),
            PlotCommand.Build(terminal),
            ExtendCommand.Build(terminal),
            ConvertCommand.Build(terminal),
            ExportCommand.Build(terminal),
            ServeCommand.Build(terminal),
            BenchCommand.Build(terminal),
            DoctorCommand.Build(terminal),
        };
        root.SetAction(_ => HelpScreen.Show(root, terminal));
        foreach (Option option in root.Options)
        {
            if (option is HelpOption)
            {
                option.Description = "show this help";
                option.Action = new HelpScreen(terminal);
            }
            else if (option is VersionOption)
            {
                option.Description = "show the version";
                option.Action = new ShowVersion(terminal);
            }
        }

        return root;
    }

    private sealed class ShowVersion(Terminal terminal) : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(BigsProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            terminal.Line($"bigs {version.Split('+')[0]}");
            return Good;
        }
    }
}

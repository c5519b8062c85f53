using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Reflection;
using BiGS.Cli.Commands;
using BiGS.Cli.Options;
using BiGS.Cli.Output;

namespace BiGS.Cli;

/// <summary>The command line from arguments to exit code: 0 good, 1 failed, 2 wrong usage, 130 ended by Ctrl-C, 143 by SIGTERM.</summary>
internal static class BigsProgram
{
    private const int Good = 0;
    private const int Misused = 2;
    private const string VerboseName = "--verbose";

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
        try
        {
            ParseResult parse = Root(terminal, Verbose()).Parse(args, Plain);
            if (UsageErrors.Of(parse) is string wrong)
            {
                terminal.Fail(wrong);
                return Misused;
            }

            return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception stopped) when (terminal.InterruptedCode > 0 && IsCancellation(stopped))
        {
            terminal.Fail(terminal.InterruptedNote);
            return terminal.InterruptedCode;
        }
        catch (IOException) when (terminal.IsOutputClosed)
        {
            // Whoever reads the results (head, for one) has seen enough.
            return Good;
        }
        catch (Exception failure)
        {
            terminal.Fail(failure, WantsTrace(args));
            return ProcessExit.Failed;
        }
    }

    /// <summary>Whether --verbose is given, also where a command line is not understood.</summary>
    public static bool WantsTrace(string[] args) => args.TakeWhile(arg => arg != "--").Contains(VerboseName);

    /// <summary>What is wrong with a command line, without running it; null where nothing is.</summary>
    public static string? WhatIsWrong(string[] args, Terminal terminal) => UsageErrors.Of(Root(terminal, Verbose()).Parse(args, Plain));

    private static bool IsCancellation(Exception failure) => failure is OperationCanceledException || (failure is AggregateException several && several.Flatten().InnerExceptions.All(IsCancellation));

    private static Option<bool> Verbose() => new(VerboseName) { Description = "say more: the stack trace of an error, every file that an index leaves out", Recursive = true };

    internal static RootCommand Root(Terminal terminal, Option<bool> verbose)
    {
        var root = new RootCommand("Encoders without attention: pretrain, evaluate and use bidirectional gated state-space models.")
        {
            verbose,
            PretrainCommand.Build(terminal),
            DistillCommand.Build(terminal),
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
            McpCommand.Build(terminal),
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

using System.Globalization;
using BiGS.Cli;
using BiGS.Cli.Options;
using BiGS.Cli.Output;

NativeSettings.Apply();
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture; // numbers have a decimal point, whoever writes them
using Terminal terminal = Terminal.OfProcess();

// The last resort: an exception on a thread of its own would end the process with a dump of its stack.
AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
{
    terminal.Fail((Exception)thrown.ExceptionObject, BigsProgram.WantsTrace(args));
    ProcessExit.AtOnce(ProcessExit.Failed);
};
return BigsProgram.Run(args, terminal);

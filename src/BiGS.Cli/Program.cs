using BiGS.Cli;
using BiGS.Cli.Console;

NativeSettings.Apply();
using Terminal terminal = Terminal.OfProcess();
return BigsProgram.Run(args, terminal);

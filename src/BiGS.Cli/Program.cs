using BiGS.Cli;
using BiGS.Cli.Console;

using Terminal terminal = Terminal.OfProcess();
return BigsProgram.Run(args, terminal);

using BiGS.Cli;
using BiGS.Cli.Console;

WaitPolicy.Sleep();
using Terminal terminal = Terminal.OfProcess();
return BigsProgram.Run(args, terminal);

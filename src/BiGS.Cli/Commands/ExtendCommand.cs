using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Torch.Checkpoints;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Commands;

internal static class ExtendCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<string> model = OptionFactory.Text("--model", "MODEL", ModelPlace.Forms, required: true);
        Option<int?> length = OptionFactory.Number("--max-length", "the positions that the new model has", least: 2, required: true);
        Option<string> growth = OptionFactory.Choice("--positions", "where the new positions come from", "repeat", "interpolate");
        Option<string> output = OptionFactory.Text("--out", "DIR", "the folder to write", required: true);
        var command = new BigsCommand(
            "extend",
            "Make a model that reads longer rows, to be trained on: pretrain --init DIR --max-length N.",
            "bigs extend --model runs/mine --max-length 512 --out runs/mine-512",
            "bigs pretrain --init runs/mine-512 --max-length 512 --steps 500 --out runs/long")
        { model, length, growth, output };
        command.SetHandler(parse =>
        {
            string target = OutputPath.Folder(parse.GetRequiredValue(output), output.Name, remedyIfNotEmpty: $"choose another {output.Name}", parse.GetRequiredValue(model));
            ModelPlace place = ModelPlace.Of(parse.GetRequiredValue(model), terminal);
            OutputPath.RequireSpace(target, output.Name, place.Bytes);
            int positions = parse.GetValue(length)!.Value;
            PositionExtension.Extend(
                place.Folder, target, positions, parse.GetValue(growth) == "interpolate" ? PositionGrowth.Interpolate : PositionGrowth.Repeat, place.TokenizerFolder);
            FineTuningRecord.Read(place.Folder)?.Save(target);
            terminal.Note($"{target}: the model with {positions:N0} positions");
        });
        return command;
    }
}

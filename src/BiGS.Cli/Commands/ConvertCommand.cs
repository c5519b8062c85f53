using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Torch.Checkpoints;
using BiGS.Training.FineTuning;
using BiGS.Weights;

namespace BiGS.Cli.Commands;

internal static class ConvertCommand
{
    private const string Safetensors = "safetensors";
    private const string SafetensorsBf16 = "safetensors-bf16";
    private const string PyTorch = "pytorch";
    private const string Flax = "flax";

    public static Command Build(Terminal terminal)
    {
        Option<string> model = OptionFactory.Text(
            "--model", "MODEL", $"{ModelPlace.Forms}; weights may be safetensors, pytorch_model.bin or flax_model.msgpack",
            required: true);
        Option<string> format = OptionFactory.Choice("--to", "what the weights become (bf16: half the bytes, rounded)", Safetensors, SafetensorsBf16, PyTorch, Flax);
        Option<string> output = OptionFactory.Text("--out", "DIR", "the folder to write", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a model that is there");
        var command = new BigsCommand(
            "convert",
            "Write a model in another format, its function unchanged: every weight bit for bit (or rounded to bf16), every key of config.json.",
            "bigs convert --model JunxiongWang/BiGS_128 --to safetensors --out models/bigs-128")
        { model, format, output, overwrite };
        command.SetHandler(parse =>
        {
            string target = OutputPath.Folder(
                parse.GetRequiredValue(output), output.Name, OutputPath.UnlessOverwritten(output.Name, parse.GetValue(overwrite)), parse.GetRequiredValue(model));
            ModelPlace place = ModelPlace.Of(parse.GetRequiredValue(model), terminal);
            OutputPath.RequireSpace(target, output.Name, parse.GetRequiredValue(format) == SafetensorsBf16 ? place.Bytes / 2 : place.Bytes);
            WeightsFormat to = parse.GetRequiredValue(format) switch
            {
                SafetensorsBf16 => WeightsFormat.SafetensorsBf16,
                PyTorch => WeightsFormat.PyTorch,
                Flax => WeightsFormat.Flax,
                _ => WeightsFormat.Safetensors,
            };
            terminal.Warn(CheckpointConversion.Convert(place.Folder, target, to, place.TokenizerFolder, parse.GetValue(overwrite)));
            FineTuningRecord.Read(place.Folder)?.Save(target);
            terminal.Note($"{target}: the model as {parse.GetRequiredValue(format)}");
        });
        return command;
    }
}

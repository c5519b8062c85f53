using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Onnx;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Onnx;
using BiGS.Weights;

namespace BiGS.Cli.Commands;

internal static class ExportCommand
{
    private const int Seed = 1;

    public static Command Build(Terminal terminal)
    {
        Option<string> format = OptionFactory.Choice("--format", "what to write", "onnx");
        Option<string> model = OptionFactory.Text("--model", "MODEL", $"{ModelPlace.Forms} (default {ShippedModel.Name})");
        Option<string> output = OptionFactory.Text("--out", "PATH", $"a folder, which gets {OnnxGraphFile.FileName} ({OnnxGraphFile.Int8FileName} with --int8), config.json and the tokenizer; or a file.onnx", required: true);
        Option<bool> bare = OptionFactory.Flag("--bare", "leave the head out: hidden states only, as embeddings need them");
        Option<bool> int8 = OptionFactory.Flag("--int8", "round large matrices to eight bits: a quarter of the bytes, answers near the model's");
        Option<bool> check = OptionFactory.Flag("--check", "compare what ONNX Runtime computes of the file with the model, on random rows");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a file that is there");
        var command = new BigsCommand(
            "export",
            "Write a model for another runtime: ONNX, in standard operators, with its head, for rows of any number and length.",
            "bigs export --out english-onnx --check",
            "bigs export --model runs/sst2 --int8 --out models/sst2-onnx",
            "bigs export --model JunxiongWang/BiGS_128 --bare --out encoder.onnx")
        { format, model, output, bare, int8, check, overwrite };
        command.SetHandler(parse =>
        {
            string target = Target(parse.GetRequiredValue(output), output.Name, parse.GetValue(int8), parse.GetValue(overwrite));
            ModelPlace place = ModelPlace.Of(parse.GetValue(model) ?? ShippedModel.Folder, terminal);
            OutputPath.RequireSpace(target, output.Name, parse.GetValue(int8) ? place.Bytes / 4 : place.Bytes);
            (string file, IReadOnlyList<string> warnings) = OnnxExport.Export(
                place.Folder, target, place.TokenizerFolder, parse.GetValue(bare), parse.GetValue(int8), parse.GetValue(overwrite));
            terminal.Warn(warnings);
            terminal.Note($"{file}: {new FileInfo(file).Length / 1e6:n1} MB of ONNX");
            if (parse.GetValue(check))
            {
                Check(place.Folder, file, parse.GetValue(int8), terminal);
            }
        });
        return command;
    }

    /// <summary>A file.onnx, or a folder that must not hold one yet; the model's own folder is as good as any.</summary>
    private static string Target(string path, string option, bool int8, bool overwrite)
    {
        if (Path.GetExtension(path) == ".onnx")
        {
            return OutputPath.File(path, option, overwrite);
        }

        OutputPath.Folder(path, option, remedyIfNotEmpty: null);
        OutputPath.File(Path.Combine(path, int8 ? OnnxGraphFile.Int8FileName : OnnxGraphFile.FileName), option, overwrite);
        return path;
    }

    private static void Check(string folder, string file, bool int8, Terminal terminal)
    {
        using HeadedModel model = CheckpointFolder.Open(folder).Model;
        using OnnxModel onnx = OnnxModel.Open(file);
        foreach (OutputDistance output in OnnxCheck.Compare(model, onnx, Seed, OnnxCheck.LengthsFor(model.Config)))
        {
            (double distance, double limit) = int8 ? (output.RmsDistance, OnnxCheck.Int8Limit) : (output.Distance, OnnxCheck.Limit);
            string first = output.SameFirst is double share ? $"; the first is the same at {share:p1} of the places" : "";
            terminal.Note($"{output.Output}: ONNX Runtime is within {distance:g2} of libtorch, {limit:g1} is allowed ({(int8 ? "rms" : "the largest difference")} over rms){first}");
            if (!(distance <= limit))
            {
                throw new InvalidDataException(
                    $"{file}: {output.Output} is {distance:g3} away from the model's, more than {limit:g1}; {(int8 ? "export it without --int8" : "do not use the file, and report the model")}.");
            }
        }
    }
}

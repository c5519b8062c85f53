using System.CommandLine;
using BiGS.Checkpoints;
using BiGS.Cli.Console;
using BiGS.Cli.Plots;
using BiGS.Models;

namespace BiGS.Cli.Commands;

internal static class PlotCommand
{
    private const int DefaultReach = 32;

    public static Command Build(Terminal terminal) => new Verb(
        "plot", "Pictures, as .png or .svg: kernels of a model, losses of runs.",
        "bigs plot kernels --model runs/mine --out kernels.png",
        "bigs plot losses --runs runs/a,runs/b --out losses.png")
    {
        Kernels(terminal),
        Losses(terminal),
    };

    private static Verb Kernels(Terminal terminal)
    {
        Option<string> model = Values.Text("--model", "PATH", "a model's folder, a weights file in it, or a name of the hub", required: true);
        Option<string> beside = Values.Text("--beside", "PATH", "a second model, its curves in grey: before and after fine-tuning");
        Option<string> style = Values.Choice("--style", "a heat map of all layers, or a curve a layer", "map", "curves");
        Option<int?> reach = Values.Number("--reach", $"tokens to either side (default {DefaultReach})", least: 2);
        Option<string> output = Values.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        var verb = new Verb(
            "kernels",
            "What each layer takes from the words before and behind a word.",
            "bigs plot kernels --model runs/mine --out kernels.png",
            "bigs plot kernels --model runs/sst2 --beside runs/mine --style curves --out kernels.svg")
        { model, beside, style, reach, output };
        verb.Runs(parse =>
        {
            string name = parse.GetRequiredValue(model);
            int length = (parse.GetValue(reach) ?? DefaultReach) + 1;
            string file = parse.GetRequiredValue(output);
            IReadOnlyList<KernelShape> shapes = Shapes(name, length, terminal);
            if (parse.GetValue(style) == "curves")
            {
                KernelPlot.SaveCurves(shapes, parse.GetValue(beside) is { } second ? Shapes(second, length, terminal) : null, Title(name), file);
            }
            else
            {
                KernelPlot.SaveMap(shapes, Title(name), file);
            }

            terminal.Note($"{file}: {shapes.Count} kernels");
        });
        return verb;
    }

    private static Verb Losses(Terminal terminal)
    {
        Option<string[]> runs = Values.Paths("--runs", "folders of pretraining runs", required: true);
        Option<string> output = Values.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        var verb = new Verb(
            "losses",
            "Training and held-out loss of runs against the tokens that they read.",
            "bigs plot losses --runs runs/a,runs/b --out losses.png")
        { runs, output };
        verb.Runs(parse =>
        {
            string file = parse.GetRequiredValue(output);
            LossPlot.Save(parse.GetRequiredValue(runs), file);
            terminal.Note($"{file}: losses of {parse.GetRequiredValue(runs).Length} runs");
        });
        return verb;
    }

    private static IReadOnlyList<KernelShape> Shapes(string path, int length, Terminal terminal)
    {
        OpenedCheckpoint opened = CheckpointFolder.Open(ModelPlace.Of(path, terminal).Folder);
        IReadOnlyList<KernelShape> shapes = KernelShape.Of(opened.Model, length);
        return shapes.Count > 0 ? shapes : throw new ArgumentException($"{path}: attention routes in this model, and there are no kernels to draw.");
    }

    private static string Title(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}

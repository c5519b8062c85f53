using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Cli.Plots;
using BiGS.Inference;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;
using BiGS.Training.Studies;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

internal static class PlotCommand
{
    private const int DefaultReach = 32;

    public static Command Build(Terminal terminal) => new BigsCommand(
        "plot", "Pictures, as .png or .svg: kernels of a model, what the words of a text take from each other, losses and speed of runs, agreement in a study, what a classifier confuses.",
        "bigs plot kernels --model runs/mine --out kernels.png",
        "bigs plot losses --runs runs/a,runs/b --out losses.png")
    {
        Kernels(terminal),
        Matrices(terminal),
        OfRuns("losses", "Training and held-out loss of runs against the tokens that they read.", RunPlot.SaveLosses, terminal),
        OfRuns("throughput", "Tokens a second of runs, from their logs.", RunPlot.SaveThroughput, terminal),
        Agreement(terminal),
        Confusion(terminal),
    };

    private static BigsCommand Kernels(Terminal terminal)
    {
        Option<string> model = OptionFactory.Text("--model", "MODEL", $"{ModelPlace.Forms} (default {ShippedModel.Name})");
        Option<string> beside = OptionFactory.Text("--beside", "MODEL", "a second model, its curves in grey: before and after fine-tuning");
        Option<string> style = OptionFactory.Choice("--style", "a heat map of all layers, or a curve a layer", "map", "curves");
        Option<int?> reach = OptionFactory.Number("--reach", $"tokens to either side (default {DefaultReach})", least: 2);
        Option<string> output = OptionFactory.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        var verb = new BigsCommand(
            "kernels",
            "What each layer takes from the words before and behind a word.",
            "bigs plot kernels --model runs/mine --out kernels.png",
            "bigs plot kernels --model runs/sst2 --beside runs/mine --style curves --out kernels.svg")
        { model, beside, style, reach, output, overwrite };
        verb.SetHandler(parse =>
        {
            string name = parse.GetValue(model) ?? ShippedModel.Folder;
            int length = (parse.GetValue(reach) ?? DefaultReach) + 1;
            string file = Picture.Path(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite));
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

    private static BigsCommand Matrices(Terminal terminal)
    {
        Option<string> model = OptionFactory.Text("--model", "MODEL", ModelPlace.Forms, required: true);
        Option<string> text = OptionFactory.Text("--text", "TEXT", "what is read", required: true);
        Option<int?> layer = OptionFactory.Number("--layer", "which layer, from 1 (default 1)", least: 1);
        Option<string> output = OptionFactory.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        var verb = new BigsCommand(
            "matrices",
            "What each word of a text takes from the others in a layer of Hydra or attention, a matrix for each head.",
            "bigs plot matrices --model runs/hydra --layer 2 --text \"The dogs near the old house sleep.\" --out words.png")
        { model, text, layer, output, overwrite };
        verb.SetHandler(parse =>
        {
            string name = parse.GetRequiredValue(model);
            string file = Picture.Path(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite));
            OpenedCheckpoint opened = CheckpointFolder.Open(ModelPlace.Of(name, terminal).Folder);
            int number = parse.GetValue(layer) ?? 1;
            if (number > opened.Model.Config.NumHiddenLayers)
            {
                throw new ArgumentException($"{layer.Name} is {number}, but {name} has {opened.Model.Config.NumHiddenLayers} layers; name one of them.");
            }

            TokenizedText words = BertTokenizer.Open(ModelPlace.OfTokenizer(name, terminal)).Encode(parse.GetRequiredValue(text));
            var row = new ModelInput(tensor(words.Ids.Select(id => (long)id).ToArray(), [1, words.Ids.Count]));
            IReadOnlyList<double[,]> heads = MixingMatrices.Compute(opened.Model, row)[number - 1];
            if (heads.Count == 0)
            {
                throw new ArgumentException($"{name}: \"routing\": \"ssm\" takes the same from every text; bigs plot kernels draws what.");
            }

            MatrixPlot.Save(heads, words.Tokens, $"{Title(name)}, layer {number}", file);
            terminal.Note($"{file}: {heads.Count} heads, {words.Tokens.Count} tokens");
        });
        return verb;
    }

    private static BigsCommand OfRuns(string name, string what, Func<IReadOnlyList<string>, string, IReadOnlyList<string>> save, Terminal terminal)
    {
        Option<string[]> runs = OptionFactory.Paths("--runs", "folders of pretraining runs", required: true);
        Option<string> output = OptionFactory.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        var verb = new BigsCommand(name, what, $"bigs plot {name} --runs runs/a,runs/b --out {name}.png") { runs, output, overwrite };
        verb.SetHandler(parse =>
        {
            string file = Picture.Path(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite));
            IReadOnlyList<string> leftOut = save(parse.GetRequiredValue(runs), file);
            terminal.Warn(leftOut);
            int drawn = parse.GetRequiredValue(runs).Length - leftOut.Count;
            terminal.Note($"{file}: {name} of {drawn} {(drawn == 1 ? "run" : "runs")}");
        });
        return verb;
    }

    private static BigsCommand Agreement(Terminal terminal)
    {
        Option<string> study = OptionFactory.Text("--study", "DIR", "the folder of a study", required: true);
        Option<string> by = OptionFactory.Choice("--by", "what parts the verbs", "attractors", "distance");
        Option<string> output = OptionFactory.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        var verb = new BigsCommand(
            "agreement",
            "How often each model of a study gives the verb the right number.",
            "bigs plot agreement --study runs/study-paper --by distance --out agreement.png")
        { study, by, output, overwrite };
        verb.SetHandler(parse =>
        {
            string file = Picture.Path(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite));
            string folder = parse.GetRequiredValue(study);
            string results = Path.Combine(folder, StudyResults.FileName);
            StudyResults found = File.Exists(results)
                ? StudyResults.Read(results)
                : throw new FileNotFoundException($"{folder}: there is no {StudyResults.FileName}; give the folder of a study that has ended.");
            string kind = parse.GetValue(by)!;
            using ScottPlot.Plot plot = StudyPlots.Agreement(found, $"accuracy_{kind}_", kind == "distance" ? "words between subject and verb" : kind);
            Picture.Save(plot, file);
            terminal.Note($"{file}: agreement of {found.Models.Count} models by {kind}");
        });
        return verb;
    }

    private static BigsCommand Confusion(Terminal terminal)
    {
        Option<string> predictions = OptionFactory.Text(
            "--predictions", "FILE", "what --predictions of finetune or evaluate wrote (.tsv or .jsonl, with the true classes), or the --json output of either in a file", required: true);
        Option<string> output = OptionFactory.Text("--out", "FILE", "the picture: a .png or .svg", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a picture that is there");
        var verb = new BigsCommand(
            "confusion",
            "Which classes a fine-tuned model takes for which.",
            "bigs plot confusion --predictions dev.tsv --out confusion.png")
        { predictions, output, overwrite };
        verb.SetHandler(parse =>
        {
            string file = Picture.Path(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite));
            string from = parse.GetRequiredValue(predictions);
            ConfusionMatrix matrix = ConfusionFile.Read(from);
            ConfusionPlot.Save(matrix, Path.GetFileNameWithoutExtension(from), file);
            terminal.Note($"{file}: {matrix.Count:N0} examples of {matrix.Labels.Count} classes");
        });
        return verb;
    }

    private static IReadOnlyList<KernelShape> Shapes(string path, int length, Terminal terminal)
    {
        OpenedCheckpoint opened = CheckpointFolder.Open(ModelPlace.Of(path, terminal).Folder);
        IReadOnlyList<KernelShape> shapes = KernelShapes.Compute(opened.Model, length);
        return shapes.Count > 0 ? shapes : throw new ArgumentException(
            $"{path}: \"routing\": \"{opened.Model.Config.Routing.ToString().ToLowerInvariant()}\" has no kernels to draw; they are of \"ssm\", whose kernels are the same for every text.");
    }

    private static string Title(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}

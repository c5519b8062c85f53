using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Inference;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Commands;

internal static class FinetuneCommand
{
    private const string Balanced = "balanced";

    public static Command Build(Terminal terminal)
    {
        var defaults = new FineTuningOptions();
        var task = new TaskOptions();
        var tables = new TableFormatOptions();
        var model = new ModelOptions();
        Option<string> init = OptionFactory.Text(
            "--init", "MODEL", "begin with the weights of a model that was fine-tuned before, instead of --model's: MNLI's for MRPC, STS-B and RTE (its head is replaced where labels differ)");
        Option<string> output = OptionFactory.Text("--out", "DIR", "the folder for the best epoch (with several seeds: seed-N in it)", required: true);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace what the folder holds");
        Option<int?> epochs = OptionFactory.Number("--epochs", $"times through the examples (default {defaults.Epochs})", least: 1);
        Option<int?> batchSize = OptionFactory.Number("--batch-size", $"examples of a step (default {defaults.BatchSize})", least: 1);
        Option<double?> learningRate = OptionFactory.Real("--learning-rate", $"the peak (default: by the model's width, {DefaultLearningRate.Wide:g} from 768 on and more below; with --head-only {DefaultLearningRate.Head:g}, with --lora {DefaultLearningRate.Adapters:g})");
        Option<int?> maxLength = OptionFactory.Number("--max-length", "tokens in a row (default: the model's positions, at most 512)", least: 8);
        Option<int?> limit = OptionFactory.Number("--limit", "learn from N examples only: drawn at random, the same each time, each class in its share", least: 2);
        Option<double?> holdOut = OptionFactory.Part("--hold-out", "without a validation file: the share of the examples, class by class, that is kept aside to compare epochs on (default 0.1)");
        Option<string> pairStyle = OptionFactory.Choice("--pair-style", "how two texts are joined: [SEP], or the authors' \" [CLS], \"", "sep", "cls");
        Option<double?> dropout = OptionFactory.Real("--dropout", "while tuning (default: the model's own; for embeddings of plain text 0.1 where it has none)");
        Option<double?> temperature = OptionFactory.Real("--temperature", $"of the contrast between embeddings (default {defaults.Temperature:g})");
        Option<string> classWeights = OptionFactory.Choice("--class-weights", "how much a class counts in the loss: as often as it occurs, or all classes the same", "none", Balanced);
        Option<bool> freezeSsm = OptionFactory.Flag("--freeze-ssm", "leave A, C, D and Δ as they are");
        Option<bool> headOnly = OptionFactory.Flag("--head-only", "train the head alone, on hidden states that are computed once");
        Option<int?> lora = OptionFactory.Number("--lora", "train adapters of this rank beside frozen weights, and the head", least: 1);
        Option<bool> apart = OptionFactory.Flag("--adapters-apart", "keep the adapters and the head alone; opening the folder merges them into the model");
        Option<bool> recompute = OptionFactory.Flag("--recompute", "long texts in little memory, for a third more time");
        Option<int?> patience = OptionFactory.Number("--patience", "stop after N epochs that are no better", least: 1);
        Option<int?> seed = OptionFactory.Number("--seed", $"decides the head's first weights, order and dropout (default {defaults.Seed})", least: 0);
        Option<int?> seeds = OptionFactory.Number("--seeds", "run with this many seeds, and report mean and deviation", least: 1);
        Option<string> predictions = OptionFactory.Text("--predictions", "FILE", "write the best epoch's answers to the validation examples: a .tsv (index, prediction, gold, texts, probabilities) or .jsonl (of several seeds, the first's)");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object: task, metrics, count, intervals, and what came before");
        var command = new BigsCommand(
            "finetune",
            "Teach a pretrained model a task: GLUE, questions, choices, tags, embeddings, or your own texts.",
            "bigs finetune --task sst2 --data glue/SST-2 --model runs/mine --out runs/sst2",
            "bigs finetune --task classification --train a.tsv --validation b.tsv --text-column sentence --label-column label --model runs/mine --out runs/own",
            "bigs finetune --task embedding --data glue/STS-B --train sentences.txt --out runs/vectors");
        task.AddTo(command);
        model.AddTo(command);
        foreach (Option option in (Option[])
            [.. tables.All, init, output, overwrite, epochs, batchSize, learningRate, maxLength, limit, holdOut, pairStyle, dropout, temperature, classWeights, freezeSsm, headOnly, lora, apart, recompute, patience, seed, seeds, predictions, json])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (IsGiven(holdOut) && IsGiven(task.Validation))
            {
                result.AddError($"{holdOut.Name} keeps examples aside where there is no validation file, but {task.Validation.Name} names one; give one of the two");
            }
        });
        command.Exclude(init, model.Model);
        command.Exclude(headOnly, lora, freezeSsm, recompute);
        command.Exclude(lora, freezeSsm);
        command.Require(apart, lora);
        command.SetHandler(parse =>
        {
            TaskDefinition row = task.Task(parse);
            if (parse.GetValue(holdOut) is not null && row.Validation.Count > 0)
            {
                throw new ArgumentException($"{holdOut.Name} keeps examples aside where there is no validation file, but {string.Join(", ", row.Validation)} is one; leave it out, or name the training file by --train instead of its folder by --data.");
            }

            if (parse.GetValue(classWeights) == Balanced && row.Kind is not TextClassification)
            {
                throw new ArgumentException($"--task {row.Name} has no use for {classWeights.Name}, which is for classes of texts; leave it out.");
            }

            if (parse.GetValue(temperature) is not null && row.Name != ColumnOptions.Embedding)
            {
                throw new ArgumentException($"--task {row.Name} has no use for {temperature.Name}; leave it out.");
            }

            TaskKind kind = row.Kind.WithTables(tables.Of(parse, terminal));
            int count = parse.GetValue(seeds) ?? 1;
            string folder = OutputPath.Folder(parse.GetRequiredValue(output), output.Name, OutputPath.UnlessOverwritten(output.Name, parse.GetValue(overwrite)));
            ModelPlace place = parse.GetValue(init) is { } before ? ModelPlace.Of(before, terminal) : model.Place(parse, terminal);
            OutputPath.RefuseInputs(folder, output.Name, place.Folder, place.TokenizerFolder);
            OutputPath.RequireSpace(folder, output.Name, parse.GetValue(apart) ? 0 : count * place.Bytes);
            terminal.InterruptedNote = $"interrupted; of the epochs that were whole, the best is in {folder}.";
            string? file = parse.GetValue(predictions);
            if (file is not null)
            {
                PredictionFile.RequireFormat(file);
            }

            if (file is not null && !Path.GetFullPath(file).StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                OutputPath.File(file, predictions.Name, parse.GetValue(overwrite), [.. row.Train, .. row.Validation]);
            }

            TorchOptions torch = model.TorchOptions(parse);
            Precision precision = model.Precision(parse, FastPrecision.Select(torch.Device).Precision);
            int first = parse.GetValue(seed) ?? defaults.Seed;
            var results = new List<FineTuningResult>();
            for (int s = 0; s < count; s++)
            {
                var request = new FineTuningRequest(row.Name, kind, place.Folder, place.TokenizerFolder, row.Train)
                {
                    Columns = task.Columns(parse),
                    Validation = row.Validation,
                    AdditionalValidation = row.AdditionalValidation,
                    HoldOut = parse.GetValue(holdOut) ?? 0.1,
                    Limit = parse.GetValue(limit),
                    MaxLength = parse.GetValue(maxLength),
                    PairStyle = parse.GetValue(pairStyle) == "cls" ? PairStyle.Cls : PairStyle.Sep,
                    SaveAdaptersSeparately = parse.GetValue(apart),
                    Torch = torch,
                    Options = defaults with
                    {
                        Epochs = parse.GetValue(epochs) ?? defaults.Epochs,
                        BatchSize = parse.GetValue(batchSize) ?? defaults.BatchSize,
                        LearningRate = parse.GetValue(learningRate),
                        Dropout = parse.GetValue(dropout),
                        Temperature = parse.GetValue(temperature) ?? defaults.Temperature,
                        ClassWeights = parse.GetValue(classWeights) == Balanced ? ClassWeighting.Balanced : ClassWeighting.None,
                        FreezeSsm = parse.GetValue(freezeSsm),
                        HeadOnly = parse.GetValue(headOnly),
                        LoraRank = parse.GetValue(lora),
                        Recompute = parse.GetValue(recompute),
                        Patience = parse.GetValue(patience),
                        Precision = precision,
                        Seed = first + s,
                    },
                };
                string target = count == 1 ? folder : Path.Combine(folder, $"seed-{first + s}");
                using ProgressLine line = terminal.Progress();
                var progress = new SynchronousProgress<FineTuningProgress>(step => line.Report(
                    step.Activity, (double)step.Completed / step.Total, step.Loss is { } loss ? $"step {step.Completed:N0} of {step.Total:N0}, loss {loss:f3}" : $"{step.Completed:N0} of {step.Total:N0}"));
                results.Add(FineTuningRun.Run(request, target, progress, terminal.Interrupted));
            }

            tables.ShowNotes(terminal);
            terminal.Warn(results[0].Warnings);
            if (file is not null)
            {
                PredictionFile.Write(file, results[0].Validation, results[0].Answers);
            }

            var report = new FineTuningReport(row.Name, results);
            if (parse.GetValue(json))
            {
                terminal.Json(report.Write);
            }
            else
            {
                terminal.Show(report);
            }
        });
        return command;
    }
}

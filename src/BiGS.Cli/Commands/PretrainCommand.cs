using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Training;
using BiGS.Training.Distributed;
using BiGS.Training.Planning;

namespace BiGS.Cli.Commands;

/// <summary>The main job: from text to a checkpoint that fills masks.</summary>
internal static class PretrainCommand
{
    private const string RunsFolder = "runs";

    public static Command Build(Terminal terminal)
    {
        var options = new PretrainCommandOptions(terminal);
        var ranksOptions = new RanksOptions();
        Option<string> output = OptionFactory.Text("--out", "DIR", "where the run lives (default runs/pretrain-PRESET-N, the first N that is free)");
        Option<bool> resume = OptionFactory.Flag("--resume", "go on with the run in --out (or the newest of the preset)");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a run that is in --out");
        Option<bool> json = OptionFactory.Flag("--json", "the result as one JSON object");
        var command = new BigsCommand(
            "pretrain",
            "Pretrain an encoder by masked language modelling. Without arguments: a tiny BiGS on the built-in grammar, in minutes.",
            "bigs pretrain",
            "bigs pretrain --corpus texts/*.txt.gz --preset small --tokens 30M --out runs/mine",
            "bigs pretrain --corpus prepared/web,prepared/books --weights 0.7,0.3 --preset base --out runs/mixed",
            "bigs pretrain --resume --out runs/mine",
            "mpirun -n 4 bigs pretrain --corpus texts/*.txt.gz --preset base --out runs/mine",
            "torchrun --nproc-per-node 8 --no-python bigs pretrain --corpus texts/*.txt.gz --preset base --device cuda --out runs/mine");
        foreach (Option option in (IEnumerable<Option>)[.. options.All, .. ranksOptions.All, output, resume, overwrite, json])
        {
            command.Add(option);
        }

        options.AddRulesTo(command);
        command.Exclude(resume, overwrite);
        command.SetHandler(parse =>
        {
            bool goesOn = parse.GetValue(resume);
            bool replace = parse.GetValue(overwrite);
            string named = parse.GetValue(output) ?? Default(options.Preset(parse), goesOn);
            return ranksOptions.Train(
                parse,
                terminal,
                named,
                () =>
                {
                    PretrainingOptions run = goesOn ? options.Resumed(parse, PretrainingOptions.Read(named)) : options.Fresh(parse);
                    RequireOutput(run, named, goesOn, replace);
                    return run;
                },
                run => (run with { Training = ranksOptions.Applied(parse, run.Training) }, run.Device),
                (run, folder, ranks) => ranks.Rank == 0
                    ? Train(run, folder, goesOn, replace, parse.GetValue(json), terminal, ranks)
                    : Pretraining.Run(run, folder, new PretrainingObserver(), terminal.Interrupted, ranks).IsFinished);
        });
        return command;
    }

    /// <returns>False where it was stopped before its end.</returns>
    private static bool Train(PretrainingOptions run, string folder, bool resumed, bool replace, bool json, Terminal terminal, ICommunicator ranks)
    {
        DeviceChoice.Of(run.Device); // refuses what is not here before anything is read
        PretrainingResult result;
        using (ProgressLine line = terminal.Progress())
        {
            var clock = new StepClock();
            result = Pretraining.Run(
                run,
                folder,
                new PretrainingObserver
                {
                    Phases = new SynchronousProgress<PretrainingPhase>(phase => line.Report(phase.Activity, phase.Fraction)),
                    Plan = new SynchronousProgress<PretrainingPlan>(plan =>
                    {
                        line.Dispose();
                        terminal.Warn(plan.Warnings);
                        terminal.Note(PretrainingReport.Plan(plan, folder));
                        clock.Start(plan.StartStep);
                    }),
                    Steps = new SynchronousProgress<TrainingProgress>(step => line.Report("training", (double)step.Step / step.Steps, clock.After(step))),
                },
                terminal.Interrupted,
                ranks,
                replace);
        }

        if (!result.IsFinished)
        {
            terminal.Note($"stopped after step {result.State.Step:N0} of {run.Training.Steps:N0}; saved. Go on with: bigs pretrain --resume --out {folder}");
            return false;
        }

        if (resumed && result.WasComplete)
        {
            terminal.Note($"{folder}: the run was finished already, after {result.State.Step:N0} steps.");
        }

        PretrainingReport.Show(terminal, folder, result, json);
        return true;
    }

    private static string Default(string preset, bool goesOn)
    {
        for (int n = 1; ; n++)
        {
            string folder = Path.Combine(RunsFolder, $"pretrain-{preset}-{n}");
            if (goesOn && !Directory.Exists(Path.Combine(RunsFolder, $"pretrain-{preset}-{n + 1}")))
            {
                return folder;
            }

            if (!goesOn && !Directory.Exists(folder))
            {
                return folder;
            }
        }
    }

    private static void RequireOutput(PretrainingOptions run, string folder, bool goesOn, bool overwrite)
    {
        int vocabulary = run.Tokenizer is null && run.Init is null ? run.VocabSize : run.Model.VocabSize;
        OutputPath.RunFolder(
            folder, goesOn, overwrite, [.. run.Corpus, .. run.Validation, .. new[] { run.Init, run.Teacher, run.Tokenizer }.OfType<string>()],
            ParameterCount.Compute(run.Model with { VocabSize = vocabulary, MaxPositionEmbeddings = run.MaxLength }), run.Training.Keep);
    }
}

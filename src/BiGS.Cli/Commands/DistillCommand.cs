using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Training;
using BiGS.Training.Distillation;
using BiGS.Training.Distributed;
using BiGS.Training.Planning;

namespace BiGS.Cli.Commands;

/// <summary>An embedding model from another: a student learns to say of a text what its teacher says.</summary>
internal static class DistillCommand
{
    public static Command Build(Terminal terminal)
    {
        var options = new DistillCommandOptions(terminal);
        var ranksOptions = new RanksOptions();
        Option<string> output = OptionFactory.Text("--out", "DIR", "where the run lives; the best checkpoint is this folder itself", required: true);
        Option<bool> resume = OptionFactory.Flag("--resume", "go on with the run in --out");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a run that is in --out");
        Option<bool> json = OptionFactory.Flag("--json", "the result as one JSON object");
        var command = new BigsCommand(
            "distill",
            "Train an embedding model without attention from any that embeds: it learns to give texts the teacher's vectors, and needs no labels.",
            "bigs distill --teacher sentence-transformers/all-MiniLM-L6-v2 --corpus texts/*.txt.gz --out runs/student",
            "bigs distill --teacher models/teacher --corpus wiki.txt.gz,questions.jsonl --weights 0.9,0.1 --exclude test.jsonl --out runs/student",
            "bigs distill --resume --out runs/student",
            "bigs evaluate --task embedding --data stsb-test.csv --model runs/student");
        foreach (Option option in (IEnumerable<Option>)[.. options.All, .. ranksOptions.All, output, resume, overwrite, json])
        {
            command.Add(option);
        }

        options.AddRulesTo(command, resume);
        command.Exclude(resume, overwrite);
        command.SetHandler(parse =>
        {
            bool goesOn = parse.GetValue(resume);
            bool replace = parse.GetValue(overwrite);
            string named = parse.GetValue(output)!;
            return ranksOptions.Train(
                parse,
                terminal,
                named,
                () =>
                {
                    DistillationOptions run = goesOn ? options.Resumed(parse, DistillationOptions.Read(named)) : options.Fresh(parse);
                    OutputPath.RunFolder(
                        named, goesOn, replace, [run.Teacher, .. run.Corpus, .. run.Exclude, .. new[] { run.Init, run.Tokenizer }.OfType<string>()],
                        ParameterCount.Compute(run.Model), run.Training.Keep);
                    return run;
                },
                run => (run with { Training = ranksOptions.Applied(parse, run.Training) }, run.Device),
                (run, folder, ranks) => ranks.Rank == 0
                    ? Train(run, folder, replace, parse.GetValue(json), terminal, ranks)
                    : DistillationRun.Run(run, folder, cancellationToken: terminal.Interrupted, ranks: ranks).IsFinished);
        });
        return command;
    }

    /// <returns>False where it was stopped before its end.</returns>
    private static bool Train(DistillationOptions run, string folder, bool replace, bool json, Terminal terminal, ICommunicator ranks)
    {
        DeviceChoice.Of(run.Device); // refuses what is not here before anything is read
        DistillationResult result;
        using (ProgressLine line = terminal.Progress())
        {
            var words = new StepClock();
            var layers = new StepClock();
            words.Start(0);
            result = DistillationRun.Run(
                run,
                folder,
                new DistillationObserver
                {
                    Phases = new SynchronousProgress<PretrainingPhase>(phase => line.Report(phase.Activity, phase.Fraction)),
                    WordSteps = new SynchronousProgress<TrainingProgress>(step => line.Report("word vectors", (double)step.Step / step.Steps, words.After(step))),
                    Plan = new SynchronousProgress<DistillationPlan>(plan =>
                    {
                        line.Dispose();
                        terminal.Warn(plan.Warnings);
                        terminal.Note(Describe(plan, folder));
                        layers.Start(plan.StartStep);
                    }),
                    Steps = new SynchronousProgress<TrainingProgress>(step => line.Report("training", (double)step.Step / step.Steps, layers.After(step))),
                },
                terminal.Interrupted,
                ranks,
                replace);
        }

        if (!result.IsFinished)
        {
            terminal.Note($"stopped after step {result.State.Step:N0} of {run.Training.Steps:N0}; saved. Go on with: bigs distill --resume --out {folder}");
            return false;
        }

        Show(result, folder, json, terminal);
        return true;
    }

    private static void Show(DistillationResult result, string folder, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Json(writer =>
            {
                writer.WriteString("out", folder);
                writer.WriteNumber("step", result.State.Step);
                writer.WriteNumber("best_step", result.State.BestStep);
                writer.WriteNumber("tokens", result.State.Tokens);
                writer.WriteNumber("seconds", result.Elapsed.TotalSeconds);
                writer.WriteStartObject("metrics");
                writer.WriteNumber("distance", result.HeldOut!.Value);
                writer.WriteEndObject();
            });
            return;
        }

        if (result.WasComplete)
        {
            terminal.Note($"{folder}: the run was finished already, after {result.State.Step:N0} steps.");
        }

        terminal.Show(new FigureTable(
            "texts kept aside",
            [("distance", $"{result.HeldOut:f4}", "1 − cos to the teacher's vectors"), ("tokens", $"{result.State.Tokens:N0}", "read with layers")],
            $"the best checkpoint, of step {result.State.BestStep:N0}, is {folder}"));
        terminal.Note($"try: bigs index DIR --model {folder}");
    }

    private static string Describe(DistillationPlan plan, string folder)
    {
        DistillationOptions run = plan.Options;
        string start = plan.StartStep > 0 ? $", going on after step {plan.StartStep:N0}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Parameters / 1e6:f2} M parameters, vectors of {plan.Dimensions}; {plan.TrainTexts:N0} texts, {plan.HeldOutTexts:N0} held out; "
            + $"{run.Training.Steps:N0} steps of {run.BatchSize} texts in {run.Training.Precision.ToString().ToLowerInvariant()} on {run.Device}{start}; log in {folder}/{RunLog.FileName}");
    }
}

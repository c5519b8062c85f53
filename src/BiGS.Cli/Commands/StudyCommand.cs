using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Cli.Reports;
using BiGS.Training;
using BiGS.Training.FineTuning;
using BiGS.Training.Studies;

namespace BiGS.Cli.Commands;

/// <summary>The paper's comparison as one command: models under one budget, and a page that says what came of it.</summary>
internal static class StudyCommand
{
    public static Command Build(Terminal terminal)
    {
        var defaults = new StudyOptions();
        var pretraining = new PretrainCommandOptions(terminal);
        Option<string> compare = OptionFactory.Choice("--compare", "what differs: block × routing, kernels of a layer, positions, merges, mixers", [.. Comparisons.Names]);
        Option<int?> seeds = OptionFactory.Number("--seeds", $"runs of every model (default {defaults.Seeds.Count})", least: 1);
        Option<string[]> tasks = OptionFactory.Paths("--tasks", "fine-tune every checkpoint: NAME=DIR, as in finetune --task NAME --data DIR; the built-in grammar makes its own");
        Option<int?> examples = OptionFactory.Number("--task-examples", $"the most examples of a task (default {defaults.TaskExamples:N0})", least: 2);
        Option<string> blimp = OptionFactory.Text("--blimp", "FILE", "minimal pairs to score every checkpoint on");
        Option<string> agreement = OptionFactory.Text("--agreement", "FILE", "an agreement set to score every checkpoint on");
        Option<int?> questions = OptionFactory.Number("--questions", $"the most pairs or questions of each set (default {defaults.Questions:N0})", least: 1);
        Option<string> output = OptionFactory.Text("--out", "DIR", "where it lives (default runs/study-COMPARISON); an interrupted study goes on there");
        Option<bool> json = OptionFactory.Flag("--json", "the results as one JSON object");
        var command = new BigsCommand(
            "study",
            "Pretrain the models of a comparison under one budget, measure three checkpoints of each, and write a report. Without arguments: block × routing on the built-in grammar.",
            "bigs study",
            "bigs study --compare kernels --seeds 3",
            "bigs study --corpus texts/*.txt.gz --preset small --tokens 30M --tasks cola=glue/CoLA,sst2=glue/SST-2 --blimp blimp.jsonl.gz --out runs/english");
        foreach (Option option in (IEnumerable<Option>)[compare, seeds, .. pretraining.OfStudies, tasks, examples, blimp, agreement, questions, output, json])
        {
            command.Add(option);
        }

        pretraining.AddRulesTo(command);
        command.SetHandler(parse =>
        {
            string comparison = parse.GetValue(compare)!;
            string folder = OutputPath.Folder(parse.GetValue(output) ?? Path.Combine("runs", $"study-{comparison}"), output.Name, remedyIfNotEmpty: null);
            PretrainingOptions run = pretraining.Fresh(parse, StudyRecipe.ForPreset(pretraining.Preset(parse)));
            DeviceChoice.Of(run.Device); // refuses what is not here before anything is read
            StudyOptions options = defaults with
            {
                Comparison = comparison,
                Pretraining = run,
                Seeds = [.. Enumerable.Range(1, parse.GetValue(seeds) ?? defaults.Seeds.Count)],
                Tasks = [.. (parse.GetValue(tasks) ?? []).Select(Task)],
                TaskExamples = parse.GetValue(examples) ?? defaults.TaskExamples,
                Blimp = parse.GetValue(blimp) is { } pairs ? Path.GetFullPath(pairs) : null,
                Agreement = parse.GetValue(agreement) is { } set ? Path.GetFullPath(set) : null,
                Questions = parse.GetValue(questions) ?? defaults.Questions,
            };
            return Run(options, folder, parse.GetValue(json), terminal) ? 0 : terminal.InterruptedCode;
        });
        return command;
    }

    /// <returns>False where it was stopped before its end.</returns>
    private static bool Run(StudyOptions options, string folder, bool json, Terminal terminal)
    {
        StudyResults? results;
        using (ProgressLine line = terminal.Progress())
        {
            results = new Study(options, folder).Run(
                new SynchronousProgress<StudyProgress>(step => line.Report($"{step.Model}, seed {step.Seed}: {step.Activity}", step.Fraction)), terminal.Interrupted);
        }

        if (results is null)
        {
            terminal.Note($"stopped; what is done is kept. Give the same command to go on: the study lives in {folder}");
            return false;
        }

        string report = Path.Combine(folder, StudyReport.FileName);
        File.WriteAllText(report, StudyReport.Html(results));
        if (json)
        {
            terminal.Json(results.Write);
        }
        else
        {
            terminal.Show(new StudyTable(results));
            terminal.Line(StudyFindings.Of(results));
        }

        terminal.Note($"report: {report}; figures: {Path.Combine(folder, StudyResults.FileName)}");
        return true;
    }

    /// <summary>NAME=DIR.</summary>
    private static StudyTask Task(string given)
    {
        string[] parts = given.Split('=', 2);
        TaskDefinition row = TaskTable.All.FirstOrDefault(row => row.Name == parts[0])
            ?? throw new ArgumentException($"--tasks has \"{given}\"; expected NAME=DIR with a name of {string.Join(", ", TaskTable.All.Select(row => row.Name))}.");
        return parts.Length == 2
            ? new StudyTask(
                row.Name, Path.GetFullPath(TaskDefinition.Find(parts[1], row.Train, "finetune --train")), Path.GetFullPath(TaskDefinition.Find(parts[1], row.Validation, "finetune --validation")),
                row.IsPair)
            : throw new ArgumentException($"--tasks has \"{given}\" without a folder; expected NAME=DIR, such as {row.Name}=glue/{row.Name}.");
    }
}

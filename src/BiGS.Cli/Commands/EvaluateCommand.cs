using System.CommandLine;
using System.CommandLine.Parsing;
using BiGS.Cli.Evaluations;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Commands;

internal static class EvaluateCommand
{
    public static Command Build(Terminal terminal)
    {
        var shared = new EvaluationOptions();
        IReadOnlyList<EvaluationTask> tasks = EvaluationTasks.Of(shared);
        Option<string> task = OptionFactory.Choice("--task", "what to measure (default: what the model was fine-tuned for, else mlm)", [.. tasks.Select(task => task.Name)]);
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object: task, metrics, count, intervals");
        var command = new BigsCommand("evaluate", $"What a model knows. {string.Join(" ", tasks.Where(task => task is not FineTunedTask).Select(task => $"{task.Name}: {task.What}."))} The others are answered by a model that was fine-tuned for them (bigs finetune).",
            "bigs evaluate --task mlm --data held-out.txt --model runs/pretrain-tiny-1",
            "bigs evaluate --task blimp --data blimp.jsonl.gz --model runs/pretrain-small-1 --limit 3000 --json",
            "bigs evaluate --task retrieval --data xquad.en.json.gz --model english-embed",
            "bigs evaluate --task sst2 --data glue/SST-2 --model runs/sst2 --predictions SST-2.tsv",
            "bigs evaluate --model runs/own --data b.tsv --predictions b.jsonl",
            "bigs evaluate --task grammar --model runs/pretrain-tiny-1");
        command.Add(task);
        shared.Answering.AddTo(command);
        Option[] ofTasks = [.. tasks.SelectMany(task => task.Reads).Distinct()];
        foreach (Option option in (Option[])[.. ofTasks.Where(option => option != shared.Answering.Backend), json])
        {
            command.Add(option);
        }

        // Without --task, a model that was fine-tuned is asked what it was tuned for.
        EvaluationTask? Chosen(CommandResult result) => result.GetResult(task) is { Tokens: [Token given, ..] }
            ? tasks.FirstOrDefault(task => task.Name == given.Value)
            : shared.Answering.Model.LocalFolder(result) is { } folder && tasks.OfType<FineTunedTask>().FirstOrDefault(tuned => tuned.Name == TunedFor(folder)) is { } ofModel ? ofModel : tasks[0];
        command.Validators.Add(result =>
        {
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (Chosen(result) is not { } chosen)
            {
                return; // the option's own parser has said so
            }

            if (ofTasks.FirstOrDefault(option => IsGiven(option) && !chosen.Reads.Contains(option)) is { } strange)
            {
                result.AddError($"--task {chosen.Name} has no use for {strange.Name}; leave it out");
            }
            else if (shared.Answering.Model.IsInt8(result) && !chosen.Reads.Contains(shared.Answering.Backend))
            {
                result.AddError($"--task {chosen.Name} is computed by libtorch, which has no int8; leave out --precision int8");
            }
            else if (chosen.Reads.Contains(shared.Data) && !IsGiven(shared.Data))
            {
                result.AddError($"{shared.Data.Name} is missing: {shared.Data.Description}");
            }
        });
        command.SetHandler(parse =>
        {
            EvaluationTask chosen = Chosen(parse.CommandResult)!;
            chosen.Run(new EvaluationRun(chosen.Name, parse, terminal, shared, parse.GetValue(json)));
        });
        return command;
    }

    private static string? TunedFor(string folder)
    {
        try
        {
            return FineTuningRecord.Read(folder)?.Task;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null; // opening the model says what is wrong with its files
        }
    }
}

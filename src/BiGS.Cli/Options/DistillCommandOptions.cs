using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Torch.Ssm;
using BiGS.Training;
using BiGS.Training.Distillation;

namespace BiGS.Cli.Options;

/// <summary>The options of <c>distill</c>, and what they make of the recipe. Only what is given changes anything.</summary>
internal sealed class DistillCommandOptions(Terminal terminal)
{
    private readonly Option<string> _teacher = OptionFactory.Text("--teacher", "MODEL", $"whose vectors are learned: any model that embeds; {ModelPlace.Forms}");
    private readonly Option<string> _teacherPrompt = OptionFactory.Text("--teacher-prompt", "NAME", "which of the teacher's prompts stands before every text that it reads");
    private readonly Option<string> _teacherPrecision = OptionFactory.Choice("--teacher-precision", "what the teacher computes in", "fp32", "int8");
    private readonly Option<string[]> _corpus = OptionFactory.Paths("--corpus", "text: .txt, .jsonl (also .gz), .parquet; titles, sentences and passages are cut out of it");
    private readonly Option<double[]> _weights = OptionFactory.Reals("--weights", "how many texts come from each path of --corpus, in proportion; without it, as many from each");
    private readonly Option<string[]> _exclude = OptionFactory.Paths("--exclude", "texts that must not be learned from, nor any sentence of them: evaluation sets");
    private readonly CorpusFileOptions _files = new();
    private readonly Option<int?> _texts = OptionFactory.Number("--texts", "texts to draw, each of which an epoch reads once (default 200000)", least: 2);
    private readonly Option<string> _config = OptionFactory.Text("--config", "FILE", "a config.json for the shape of the student, in place of the recipe's");
    private readonly Option<string> _init = OptionFactory.Text("--init", "MODEL", "start from a model's weights, shape and tokenizer in place of a fresh student");
    private readonly Option<string> _tokenizer = OptionFactory.Text("--tokenizer", "TOKENIZER", "the student's; without it, the teacher's");
    private readonly Option<int?> _wordEpochs = OptionFactory.Number("--word-epochs", "epochs in which a fresh student learns word vectors alone, before its layers start (default 3)", least: 0);
    private readonly Option<int?> _maxLength = OptionFactory.Number("--max-length", "tokens of a text that the student reads (default 256)", least: 3);
    private readonly Option<int?> _batchSize = OptionFactory.Number("--batch-size", "texts of a batch (default 64)", least: 2);
    private readonly Option<int?> _steps = OptionFactory.Number("--steps", "optimiser steps of the training with layers (default 5000)", least: 1);
    private readonly Option<double?> _learningRate = OptionFactory.Real("--learning-rate", "the peak of the schedule (default 0.0004)");
    private readonly Option<int?> _warmupSteps = OptionFactory.Number("--warmup-steps", "steps of the rise from 0 (default 150, or a tenth of fewer steps)", least: 0);
    private readonly Option<double?> _likeness = OptionFactory.Real("--likeness", "what the likenesses of a batch's texts count, where a vector's distance counts 4 (default 1)");
    private readonly TrainingPrecision _precision = new("what the student computes in");
    private readonly Option<string> _device = DeviceChoice.Option();
    private readonly Option<string> _route = OptionFactory.Choice("--route", "how the state-space layers are applied", [.. SsmRoutes.Names]);
    private readonly Option<int?> _seed = OptionFactory.Number("--seed", "decides texts, weights and order", least: 0);
    private readonly Option<int?> _logEvery = OptionFactory.Number("--log-every", "steps between rows of the log (default 25)", least: 1);
    private readonly Option<int?> _evalEvery = OptionFactory.Number("--eval-every", "steps between scores of the texts kept aside (default 500)", least: 1);
    private readonly Option<int?> _saveEvery = OptionFactory.Number("--save-every", "steps between checkpoints (default 250)", least: 1);
    private readonly Option<int[]> _milestones = OptionFactory.Numbers("--milestones", "steps after which the weights stay for good, in OUT/step-N");

    public IEnumerable<Option> All =>
    [
        _teacher, _teacherPrompt, _teacherPrecision, _corpus, _weights, _exclude, .. _files.All, _texts, _config, _init, _tokenizer, _wordEpochs, _maxLength,
        _batchSize, _steps, _learningRate, _warmupSteps, _likeness, _precision.Option, _device, _route, _seed, _logEvery, _evalEvery, _saveEvery, _milestones,
    ];

    /// <summary>What contradicts itself, means nothing by itself, or is needed.</summary>
    public void AddRulesTo(Command command, Option<bool> resume)
    {
        command.Exclude(_init, _config, _tokenizer, _wordEpochs); // which it settles
        command.Require(_weights, _corpus);
        foreach (Option option in (Option[])[_teacher, _corpus])
        {
            command.RequireUnless(option, resume);
        }
    }

    /// <summary>A new run: the recipe, and what is given on top of it.</summary>
    public DistillationOptions Fresh(ParseResult parse)
    {
        DistillationOptions run = Given(parse, DistillationRecipe.For(Path.GetFullPath(ModelPlace.Of(parse.GetValue(_teacher)!, terminal).Folder)));
        return run with { Training = _precision.Decided(run.Training, run.Device, parse) };
    }

    /// <summary>A run that goes on: what is given must be what it was started with.</summary>
    /// <exception cref="ArgumentException">Something else is given.</exception>
    public DistillationOptions Resumed(ParseResult parse, DistillationOptions stored)
    {
        DistillationOptions named = parse.ValueIfGiven(_teacher) is { } teacher ? stored with { Teacher = Path.GetFullPath(ModelPlace.Of(teacher, terminal).Folder) } : stored;
        OptionsFile.RequireSame(stored.ToJson(), Given(parse, named).ToJson());
        return stored;
    }

    private DistillationOptions Given(ParseResult parse, DistillationOptions options)
    {
        TrainingOptions training = options.Training;
        long steps = parse.ValueIfGiven(_steps) ?? training.Steps;
        return options with
        {
            TeacherPrompt = parse.ValueIfGiven(_teacherPrompt) ?? options.TeacherPrompt,
            TeacherPrecision = parse.ValueIfGiven(_teacherPrecision) is { } read ? Enum.Parse<Precision>(read, ignoreCase: true) : options.TeacherPrecision,
            Corpus = _files.AbsolutePaths(parse.ValueIfGiven(_corpus), parse, terminal) ?? options.Corpus,
            Weights = parse.ValueIfGiven(_weights) ?? options.Weights,
            Exclude = _files.AbsolutePaths(parse.ValueIfGiven(_exclude), parse, terminal) ?? options.Exclude,
            TextField = _files.TextField(parse) ?? options.TextField,
            Encoding = _files.Encoding(parse)?.WebName ?? options.Encoding,
            Texts = parse.ValueIfGiven(_texts) ?? options.Texts,
            Model = parse.ValueIfGiven(_config) is { } config ? ModelOptions.ReadShape(config) : options.Model,
            Init = parse.ValueIfGiven(_init) is { } init ? Path.GetFullPath(ModelPlace.Of(init, terminal).Folder) : options.Init,
            Tokenizer = parse.ValueIfGiven(_tokenizer) is { } tokenizer ? Path.GetFullPath(ModelPlace.OfTokenizer(tokenizer, terminal)) : options.Tokenizer,
            WordEpochs = parse.ValueIfGiven(_wordEpochs) ?? options.WordEpochs,
            MaxLength = parse.ValueIfGiven(_maxLength) ?? options.MaxLength,
            BatchSize = parse.ValueIfGiven(_batchSize) ?? options.BatchSize,
            Loss = options.Loss with { Likeness = parse.ValueIfGiven(_likeness) ?? options.Loss.Likeness },
            Device = parse.ValueIfGiven(_device) is { } device && device != "auto" ? device : options.Device,
            Route = parse.ValueIfGiven(_route) ?? options.Route,
            Training = training with
            {
                Steps = steps,
                LearningRate = parse.ValueIfGiven(_learningRate) ?? training.LearningRate,
                WarmupSteps = parse.ValueIfGiven(_warmupSteps) ?? Math.Min(training.WarmupSteps, steps / 10),
                Seed = parse.ValueIfGiven(_seed) ?? training.Seed,
                LogEvery = parse.ValueIfGiven(_logEvery) ?? training.LogEvery,
                EvalEvery = parse.ValueIfGiven(_evalEvery) ?? training.EvalEvery,
                SaveEvery = parse.ValueIfGiven(_saveEvery) ?? training.SaveEvery,
                Milestones = parse.ValueIfGiven(_milestones) is { } milestones ? [.. milestones.Select(step => (long)step)] : training.Milestones,
                Precision = _precision.Over(training.Precision, parse),
            },
        };
    }
}

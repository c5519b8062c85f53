using System.CommandLine;
using System.CommandLine.Parsing;
using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Files;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Ssm;
using BiGS.Training;
using BiGS.Weights;

namespace BiGS.Cli.Options;

/// <summary>The options of <c>pretrain</c>, and what they make of a recipe. Only what is given changes anything.</summary>
internal sealed class PretrainCommandOptions(Terminal terminal)
{
    private readonly Option<string[]> _corpus = OptionFactory.Paths("--corpus", "text: .txt, .jsonl (also .gz), .parquet, the authors' .hdf5, folders of bigs corpus prepare; without it, the built-in grammar");
    private readonly Option<double[]> _weights = OptionFactory.Reals("--weights", "how many rows come from each path of --corpus, in proportion; without it, all rows once an epoch");
    private readonly Option<string[]> _validation = OptionFactory.Paths("--validation", "held-out text; without it, 1 % of the documents are kept aside");
    private readonly CorpusFileOptions _files = new();
    private readonly Option<string> _preset = OptionFactory.Choice("--preset", "size of the model and its recipe", [.. Presets.Names]);
    private readonly Option<string> _recipe = OptionFactory.Choice("--recipe", "how the preset is trained: as was measured best for it, or as the paper's authors did", "preset", "paper");
    private readonly Option<string> _config = OptionFactory.Text("--config", "FILE", "a config.json for the shape of the model, in place of a preset's");
    private readonly Option<string> _architecture = OptionFactory.Choice("--architecture", "the block", "gated", "stack");
    private readonly Option<string> _routing = OptionFactory.Choice("--routing", "what moves information between positions", [.. Enum.GetNames<Routing>().Select(name => name.ToLowerInvariant())]);
    private readonly Option<string> _merge = OptionFactory.Choice("--merge", "how both directions become one", "multiply", "add", "concat");
    private readonly Option<int?> _maxLength = OptionFactory.Number("--max-length", "tokens of a row", least: 3);
    private readonly Option<bool> _packed = OptionFactory.Flag("--packed", "fill rows with text of several documents, without padding");
    private readonly Option<bool> _wholeWords = OptionFactory.Flag("--whole-word-masking", "mask all pieces of a word or none");
    private readonly Option<double?> _maskRate = OptionFactory.Share("--mask-rate", "share of a row's words that are asked for (default 0.15 or 0.3, by preset)");
    private readonly Option<double?> _finalMaskRate = OptionFactory.Share("--final-mask-rate", "share at the end of the run, reached in a straight line");
    private readonly Option<int?> _steps = OptionFactory.Number("--steps", "optimiser steps", least: 1);
    private readonly Option<double?> _tokens = OptionFactory.Positive("--tokens", "tokens to read, in place of --steps; K, M and B count", suffixes: true);
    private readonly Option<int?> _batchSize = OptionFactory.Number("--batch-size", "rows of a batch", least: 1);
    private readonly Option<int?> _accumulate = OptionFactory.Number("--accumulate", "batches of a step", least: 1);
    private readonly Option<string> _optimizer = OptionFactory.Choice("--optimizer", "what steps the layers' matrices; AdamW steps everything else", "adamw", "muon");
    private readonly Option<double?> _learningRate = OptionFactory.Real("--learning-rate", "the peak of the schedule");
    private readonly Option<string> _schedule = OptionFactory.Choice("--schedule", "what follows the warm-up", "cosine", "linear", "constant");
    private readonly Option<int?> _warmupSteps = OptionFactory.Number("--warmup-steps", "steps of the rise from 0", least: 0);
    private readonly Option<double?> _weightDecay = OptionFactory.Real("--weight-decay", "of weights; biases, LayerNorms and SSMs have none");
    private readonly Option<double?> _clip = OptionFactory.Real("--clip", "the longest gradient that is let through; 0 for any");
    private readonly Option<double?> _dropout = OptionFactory.Real("--dropout", "on the embeddings");
    private readonly TrainingPrecision _precision = new("what to compute in");
    private readonly Option<bool> _recompute = OptionFactory.Flag("--recompute", "compute each block again in the backward pass: less memory, a third more time");
    private readonly Option<string> _device = DeviceChoice.Option();
    private readonly Option<string> _route = OptionFactory.Choice("--route", "how the state-space layers are applied", [.. SsmRoutes.Names]);
    private readonly Option<int?> _seed = OptionFactory.Number("--seed", "decides weights, order, masks and dropout", least: 0);
    private readonly Option<string> _tokenizer = OptionFactory.Text("--tokenizer", "TOKENIZER", $"{ModelPlace.TokenizerForms}; without it, a vocabulary is learned from the text");
    private readonly Option<int?> _vocabSize = OptionFactory.Number("--vocab-size", "words of a vocabulary that is learned (default: the preset's, 8192 or 25600)", least: 6);
    private readonly NormalizerOptions _normalizer = new();
    private readonly Option<int?> _logEvery = OptionFactory.Number("--log-every", "steps between rows of the log", least: 1);
    private readonly Option<int?> _evalEvery = OptionFactory.Number("--eval-every", "steps between scores of the held-out text", least: 1);
    private readonly Option<int?> _saveEvery = OptionFactory.Number("--save-every", "steps between checkpoints", least: 1);
    private readonly Option<int?> _keep = OptionFactory.Number("--keep", "newest checkpoints that stay, besides the best (default 2)", least: 1);
    private readonly Option<string> _teacher = OptionFactory.Text("--teacher", "MODEL", $"learn this model's guesses beside the true words; it must know the same words (a folder, owner/name of the Hugging Face hub, or {ShippedModel.Name})");
    private readonly Option<int[]> _milestones = OptionFactory.Numbers("--milestones", "steps after which the weights stay for good, in OUT/step-N");
    private readonly Option<string> _init = OptionFactory.Text("--init", "MODEL", $"start from a model's weights, shape and tokenizer (a folder, owner/name of the Hugging Face hub, or {ShippedModel.Name})");

    public IEnumerable<Option> All =>
    [
        _corpus, _weights, _validation, .. _files.All, _preset, _recipe, _config, _architecture, _routing, _merge, _maxLength, _packed, _wholeWords, _maskRate, _finalMaskRate, _steps, _tokens,
        _batchSize, _accumulate, _optimizer, _learningRate, _schedule, _warmupSteps, _weightDecay, _clip, _dropout, _precision.Option, _recompute, _device, _route, _seed,
        _tokenizer, _vocabSize, .. _normalizer.All, _logEvery, _evalEvery, _saveEvery, _keep, _milestones, _teacher, _init,
    ];

    /// <summary>Those that a study gives to all of its models.</summary>
    public IEnumerable<Option> OfStudies =>
    [
        _corpus, _weights, _validation, .. _files.All, _preset, _maxLength, _packed, _steps, _tokens, _batchSize, _accumulate, _optimizer, _learningRate, _schedule, _warmupSteps,
        _weightDecay, _clip, _dropout, _precision.Option, _device, _tokenizer, _vocabSize, .. _normalizer.All, _saveEvery,
    ];

    /// <summary>Those that decide how much a run computes.</summary>
    public IEnumerable<Option> OfPlans =>
    [
        _preset, _config, _architecture, _routing, _merge, _maxLength, _steps, _tokens, _batchSize, _accumulate, _precision.Option, _recompute, _device, _route, _vocabSize,
    ];

    /// <summary>What contradicts itself, or means nothing by itself.</summary>
    public void AddRulesTo(Command command)
    {
        command.Exclude(_steps, _tokens);
        command.Exclude(_config, _preset, _architecture, _routing, _merge, _init); // which it settles
        command.Exclude(_init, _preset, _architecture, _routing, _merge, _tokenizer, _vocabSize); // likewise
        command.Exclude(_tokenizer, _vocabSize);
        command.Require(_weights, _corpus);
        foreach (Option option in _files.All)
        {
            command.Require(option, _corpus, _validation);
        }
    }

    public string Preset(ParseResult parse) => parse.GetValue(_preset)!;

    /// <summary>A new run: the preset's recipe, and what is given on top of it.</summary>
    public PretrainingOptions Fresh(ParseResult parse) => Fresh(parse, ChosenRecipe(parse));

    private PretrainingOptions ChosenRecipe(ParseResult parse) =>
        parse.GetValue(_recipe) == "paper" ? PretrainingRecipe.OfPaper(Preset(parse)) : PretrainingRecipe.ForPreset(Preset(parse));

    /// <summary>The same on top of another recipe.</summary>
    public PretrainingOptions Fresh(ParseResult parse, PretrainingOptions recipe) => WithPrecision(parse, Given(parse, WithModel(parse, recipe)));

    /// <summary>The run with a precision that fits its device, unless one is given.</summary>
    public PretrainingOptions WithPrecision(ParseResult parse, PretrainingOptions run) => run with { Training = _precision.Decided(run.Training, run.Device, parse) };

    /// <summary>The recipe with the model that a configuration or a checkpoint says.</summary>
    private PretrainingOptions WithModel(ParseResult parse, PretrainingOptions recipe)
    {
        if (parse.GetValue(_config) is { } config)
        {
            recipe = recipe with { Model = ModelOptions.ReadShape(config) };
        }

        if (parse.GetValue(_init) is { } init)
        {
            ModelPlace place = ModelPlace.Of(init, terminal);
            recipe = recipe with
            {
                Init = Path.GetFullPath(place.Folder),
                Tokenizer = place.TokenizerFolder == place.Folder ? null : Path.GetFullPath(place.TokenizerFolder),
                Model = CheckpointFolder.ReadConfig(place.Folder).Config,
            };
        }

        return recipe;
    }

    /// <summary>A run that goes on: what is given must be what it was started with.</summary>
    /// <exception cref="ArgumentException">Something else is given.</exception>
    public PretrainingOptions Resumed(ParseResult parse, PretrainingOptions stored)
    {
        bool namesModel = parse.CommandResult.IsGiven(_preset) || parse.CommandResult.IsGiven(_config) || parse.CommandResult.IsGiven(_init);
        PretrainingOptions named = namesModel ? WithModel(parse, ChosenRecipe(parse)) : stored;
        PretrainingOptions given = Given(parse, stored with { Model = named.Model, Init = named.Init });
        OptionsFile.RequireSame(stored.ToJson(), given.ToJson());
        return stored;
    }

    private PretrainingOptions Given(ParseResult parse, PretrainingOptions options)
    {
        T? If<T>(Option<T> option) => parse.ValueIfGiven(option);
        TrainingOptions training = options.Training;
        BiGSConfig model = options.Model;

        if (_normalizer.FirstGiven(parse) is { } said && (If(_tokenizer) is not null || options.Init is not null))
        {
            throw new ArgumentException(
                $"{said} is for a vocabulary that is learned, and {(options.Init is not null ? "--init" : "--tokenizer")} brings one; leave one of them out.");
        }

        options = options with
        {
            Normalizer = _normalizer.Over(options.Normalizer, parse),
            Corpus = _files.AbsolutePaths(If(_corpus), parse, terminal) ?? options.Corpus,
            Weights = If(_weights) ?? options.Weights,
            Validation = _files.AbsolutePaths(If(_validation), parse, terminal) ?? options.Validation,
            TextField = _files.TextField(parse) ?? options.TextField,
            Encoding = _files.Encoding(parse)?.WebName ?? options.Encoding,
            Tokenizer = If(_tokenizer) is { } tokenizer ? Path.GetFullPath(ModelPlace.OfTokenizer(tokenizer, terminal)) : options.Tokenizer,
            Teacher = If(_teacher) is { } teacher ? Path.GetFullPath(ModelPlace.Of(teacher, terminal).Folder) : options.Teacher,
            VocabSize = If(_vocabSize) ?? options.VocabSize,
            MaxLength = If(_maxLength) ?? options.MaxLength,
            BatchSize = If(_batchSize) ?? options.BatchSize,
            Packed = If(_packed) || options.Packed,
            Device = If(_device) is { } device && device != "auto" ? device : options.Device,
            Route = If(_route) ?? options.Route,
            Masking = options.Masking with
            {
                Rate = If(_maskRate) ?? options.Masking.Rate,
                FinalRate = If(_finalMaskRate) ?? options.Masking.FinalRate,
                MostPer128 = If(_maskRate) is null ? options.Masking.MostPer128 : null,
                WholeWords = If(_wholeWords) || options.Masking.WholeWords,
                Seed = If(_seed) is { } seed ? (ulong)seed : options.Masking.Seed,
            },
        };

        if (If(_architecture) is not null || If(_routing) is not null)
        {
            model = model.WithBlocks(
                If(_architecture) is { } a ? Enum.Parse<Architecture>(a, ignoreCase: true) : model.Architecture,
                If(_routing) is { } r ? Enum.Parse<Routing>(r, ignoreCase: true) : model.Routing);
        }

        model = model with
        {
            Merge = If(_merge) is { } merge ? Enum.Parse<Merge>(merge, ignoreCase: true) : model.Merge,
            HiddenDropoutProb = If(_dropout) ?? model.HiddenDropoutProb,
        };

        int accumulate = If(_accumulate) ?? training.Accumulate;
        long steps = If(_steps) ?? (If(_tokens) is { } tokens
            ? Math.Max(1, (long)Math.Ceiling(tokens / ((double)options.BatchSize * accumulate * options.MaxLength)))
            : training.Steps);
        if (If(_milestones) is { } marks && marks.FirstOrDefault(step => step > steps) is > 0 and var late)
        {
            throw new ArgumentException($"--milestones names step {late:N0}, but the run ends after {steps:N0}; name steps up to there.");
        }

        return options with
        {
            Model = model.Validate(),
            Training = training with
            {
                Steps = steps,
                Accumulate = accumulate,
                Optimizer = If(_optimizer) is { } optimizer ? Enum.Parse<Optimizer>(optimizer, ignoreCase: true) : training.Optimizer,
                LearningRate = If(_learningRate) ?? training.LearningRate,
                Schedule = If(_schedule) is { } shape ? Enum.Parse<ScheduleShape>(shape, ignoreCase: true) : training.Schedule,
                WarmupSteps = Warmup(If(_warmupSteps), steps) ?? training.WarmupSteps * steps / training.Steps,
                WeightDecay = If(_weightDecay) ?? training.WeightDecay,
                ClipNorm = If(_clip) is { } clip ? (clip > 0 ? clip : null) : training.ClipNorm,
                Seed = If(_seed) ?? training.Seed,
                LogEvery = If(_logEvery) ?? training.LogEvery,
                EvalEvery = If(_evalEvery) ?? training.EvalEvery,
                SaveEvery = If(_saveEvery) ?? training.SaveEvery,
                Keep = If(_keep) ?? training.Keep,
                Milestones = If(_milestones) is { } milestones ? [.. milestones.Select(step => (long)step)] : training.Milestones,
                Recompute = If(_recompute) || training.Recompute,
                Precision = _precision.Over(training.Precision, parse),
            },
        };
    }

    /// <summary>The same as <see cref="Fresh(ParseResult)"/> for a run that is only planned: nothing is opened, so the vocabulary is BERT's unless told otherwise.</summary>
    public PretrainingOptions Planned(ParseResult parse)
    {
        PretrainingOptions run = Given(parse, WithModel(parse, ChosenRecipe(parse)));
        int words = parse.GetValue(_vocabSize) ?? run.Model.VocabSize;
        return run with { VocabSize = words, Model = run.Model with { VocabSize = words, MaxPositionEmbeddings = run.MaxLength } };
    }

    /// <summary>The command line of a planned run: what was given, and the batch and the steps that follow.</summary>
    /// <param name="parse">The command line of the plan.</param>
    /// <param name="run">The run.</param>
    /// <param name="ranks">Processes that share it.</param>
    public string Recipe(ParseResult parse, PretrainingOptions run, int ranks)
    {
        IEnumerable<string> given = new Option[] { _preset, _config, _architecture, _routing, _merge, _precision.Option, _recompute, _device, _route }
            .Select(parse.GetResult)
            .OfType<OptionResult>()
            .Where(option => !option.Implicit)
            .SelectMany(option => (IEnumerable<string>)[option.Option.Name, .. option.Tokens.Select(token => token.Value)]);
        string launcher = ranks > 1 ? FormattableString.Invariant($"mpirun -n {ranks} ") : "";
        return FormattableString.Invariant(
            $"{launcher}./bigs pretrain {string.Join(' ', given)} --corpus PATH --tokenizer DIR --max-length {run.MaxLength} --batch-size {run.BatchSize} --accumulate {run.Training.Accumulate} --steps {run.Training.Steps}");
    }

    /// <exception cref="ArgumentException">The run ends before the rise does.</exception>
    private static int? Warmup(int? asked, long steps) => asked > steps
        ? throw new ArgumentException($"--warmup-steps is {asked:N0}, but the run ends after {steps:N0} steps, before its learning rate is reached; warm up for fewer.")
        : asked;
}

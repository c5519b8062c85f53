using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Search;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;
using BiGS.Weights;
using Spectre.Console.Rendering;

namespace BiGS.Cli.Evaluations;

/// <summary>A command line of <c>bigs evaluate</c> as its task sees it.</summary>
/// <param name="task">The task's name.</param>
/// <param name="parse">The command line.</param>
/// <param name="terminal">Where results go.</param>
/// <param name="options">Those that tasks share.</param>
/// <param name="asJson">Whether results are for programs.</param>
internal sealed class EvaluationRun(
    string task, ParseResult parse, Terminal terminal, EvaluationOptions options, bool asJson)
{
    private readonly ModelOptions _model = options.Answering.Model;

    public Terminal Terminal => terminal;

    public bool AsJson => asJson;

    public CancellationToken Interrupted => terminal.Interrupted;

    /// <summary>The value of an option.</summary>
    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    /// <summary>How state-space layers are applied.</summary>
    public ISsmRoute Route => _model.TorchOptions(parse).Route;

    /// <summary>Opens whatever model it is, frozen.</summary>
    public HeadedModel OpenModel() => OpenModel(Place());

    /// <summary>Opens a masked language model, frozen, and its tokenizer.</summary>
    /// <exception cref="InvalidDataException">The model has another head, or the tokenizer more words than the model.</exception>
    public (BiGSForMaskedLM Model, BertTokenizer Tokenizer) OpenMaskedLm()
    {
        ModelPlace place = Place();
        BiGSForMaskedLM opened = OpenModel(place) as BiGSForMaskedLM ?? throw NoMaskedLm(place);
        return (opened, ModelTokenizer.Open(place.TokenizerFolder, opened.Config));
    }

    /// <summary>Opens a masked language model on whatever computes it.</summary>
    /// <inheritdoc cref="OpenMaskedLm"/>
    public TextModel OpenMaskedLmSession()
    {
        ModelPlace place = Place();
        var opened = TextModel.Open(place.Folder, options.Answering.OpenOptions(parse, place));
        terminal.Warn(opened.Warnings);
        return opened.Session.Architecture == ModelHeads.MaskedLM ? opened : throw NoMaskedLm(place);
    }

    /// <summary>Opens a fine-tuned model, frozen, with its labels and its tokenizer.</summary>
    public (OpenedCheckpoint Opened, BertTokenizer Tokenizer) OpenFineTuned()
    {
        ModelPlace place = Place();
        OpenedCheckpoint opened = CheckpointFolder.Open(place.Folder, _model.TorchOptions(parse));
        opened.Model.Freeze();
        return (opened, ModelTokenizer.Open(place.TokenizerFolder, opened.Model.Config));
    }

    /// <summary>Opens a model for search, whatever its head.</summary>
    public SearchModel OpenSearchModel()
    {
        ModelPlace place = Place();
        SearchModel opened = SearchModel.Open(place.Folder, options.Answering.OpenOptions(parse, place));
        terminal.Warn(opened.Warnings);
        return opened;
    }

    /// <summary>Opens a model on whatever computes it, with all that it can do.</summary>
    public ModelPipelines OpenPipelines()
    {
        ModelPlace place = Place();
        var opened = ModelPipelines.Open(place.Folder, options.Answering.OpenOptions(parse, place));
        terminal.Warn(opened.Warnings);
        return opened;
    }

    /// <summary>The model that is given; else the one that ships with bigs for vectors, where the task is about these, or for masks.</summary>
    private ModelPlace Place() => _model.Place(
        parse, terminal, otherwise: task is (RetrievalTask.TaskName or ColumnOptions.Embedding) && _model.Given(parse) is null ? ShippedModel.EmbeddingFolder : null);

    /// <summary>What the model was fine-tuned for; null where it was not, or not for this task.</summary>
    public FineTuningRecord? TunedFor() => FineTuningRecord.Read(Place().Folder) is { } record && record.Task == task ? record : null;

    /// <summary>Whether an option stands on the command line.</summary>
    public bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The columns that are given; of the others those that the model was tuned with.</summary>
    public IReadOnlyDictionary<string, string> Columns(ColumnOptions columns, FineTuningRecord? tuned) => options.Layout.Given(parse, columns.Given(parse, tuned?.Columns));

    /// <summary>The columns of the two texts of a pair, where they are given.</summary>
    public (Column? Text, Column? Pair) TextColumns(ColumnOptions columns) => columns.Texts(parse);

    /// <summary>The kind of your own task.</summary>
    /// <exception cref="ArgumentException">A column is not given.</exception>
    public TaskKind KindOf(ColumnOptions columns, FineTuningRecord? tuned) =>
        task == ColumnOptions.Embedding ? TaskTable.Embedding(null, columns.Measured(parse)) : ColumnOptions.KindOf(task, Columns(columns, tuned))!;

    /// <summary>How tables are read where their files do not say.</summary>
    public TableOptions Tables() => options.Tables.Of(parse, terminal);

    /// <summary>Shows how the tables were understood.</summary>
    public void ShowTableNotes() => options.Tables.ShowNotes(terminal);

    /// <summary>A task's kind, reading files as they are said to be laid out.</summary>
    /// <exception cref="ArgumentException">What is given does not suffice.</exception>
    public TaskKind KindOf(TaskKind kind, ColumnOptions columns, FineTuningRecord? tuned) => options.Layout.Apply(kind, parse, Columns(columns, tuned));

    /// <summary>The one file that --data names.</summary>
    /// <exception cref="ArgumentException">It names several.</exception>
    public string DataFile() => parse.GetRequiredValue(options.Data) is [string file]
        ? file
        : throw new ArgumentException($"--data names several files; --task {task} reads one at a time.");

    /// <summary>All items, or as many as --limit says, evenly spread.</summary>
    public IReadOnlyList<T> Spread<T>(IReadOnlyList<T> items) => EvenSample.Take(items, parse.GetValue(options.Limit));

    /// <summary>Does work that takes time, and shows how far it has come.</summary>
    public T Working<T>(string what, Func<IProgress<double>, T> work)
    {
        using ProgressLine line = terminal.Progress();
        return work(new SynchronousProgress<double>(share => line.Report(what, share)));
    }

    /// <summary>Shows shares of right answers: a JSON object, or a table.</summary>
    public void Show(Score score, string title) => Show(score, new ScoreTable(score, title));

    /// <summary>Shows figures: a JSON object, or as they are laid out.</summary>
    public void Show(Score score, IRenderable layout)
    {
        if (asJson)
        {
            terminal.Json(score.Write);
        }
        else
        {
            terminal.Show(layout);
        }
    }

    private InvalidDataException NoMaskedLm(ModelPlace place) =>
        new($"{place.Folder}: \"architectures\" in {ConfigFile.Name} names no masked-LM head; --task {task} needs a {ModelHeads.MaskedLM}.");

    private HeadedModel OpenModel(ModelPlace place)
    {
        HeadedModel opened = _model.Open(place, parse, terminal);
        opened.Freeze();
        return opened;
    }
}

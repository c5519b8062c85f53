using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>One line of a run's log: a training row, or an evaluation row.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Tokens">Tokens read so far, padding not counted.</param>
internal sealed record LogRow(long Step, long Tokens)
{
    /// <summary>Mean over the steps since the row before, in nats per masked token.</summary>
    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? TokensPerSecond { get; init; }

    /// <summary>With several ranks: the share of the time for which this one waited for the others and their messages.</summary>
    public double? CommunicationShare { get; init; }

    /// <summary>Held-out loss, in nats per masked token.</summary>
    public double? EvalLoss { get; init; }

    /// <summary>Share of held-out masked tokens that the model's first guess hits.</summary>
    public double? EvalAccuracy { get; init; }
}

/// <summary>
/// <c>log.jsonl</c>, flushed row by row, and the same numbers as TensorBoard events. A resumed run first drops the rows
/// after its checkpoint, so that the log reads as if the run had never stopped.
/// </summary>
internal sealed class RunLog : IDisposable
{
    public const string FileName = "log.jsonl";

    private static readonly JsonSerializerOptions Rows = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
    };

    private readonly StreamWriter _file;
    private readonly SummaryWriter _tensorBoard;

    /// <param name="folder">The run's folder, made where it is missing.</param>
    /// <param name="resumed">Where the run goes on: rows of steps and evaluations that it has yet to do are dropped.</param>
    public RunLog(string folder, TrainerState resumed)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName);
        string[] kept = [.. Read(path).Where(row => row.Step <= (row.EvalLoss is null ? resumed.Step : resumed.EvaluatedStep)).Select(Line)];
        File.WriteAllLines(path, kept);
        _file = new StreamWriter(path, append: true) { AutoFlush = true };
        _tensorBoard = utils.tensorboard.SummaryWriter(Path.Combine(folder, "tensorboard"), createRunName: false);
    }

    /// <summary>The whole rows of a log; the last may have been cut by a crash and is then left out.</summary>
    /// <exception cref="InvalidDataException">Another line is no row of a log.</exception>
    public static IEnumerable<LogRow> Read(string path)
    {
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].EndsWith('}'))
            {
                yield return Parse(lines[i], path, i + 1);
            }
        }
    }

    public void Add(LogRow row)
    {
        _file.WriteLine(Line(row));
        foreach ((string tag, double? value) in new (string, double?)[]
        {
            ("loss", row.Loss), ("learning_rate", row.LearningRate), ("tokens_per_second", row.TokensPerSecond),
            ("communication_share", row.CommunicationShare),
            ("eval/loss", row.EvalLoss), ("eval/accuracy", row.EvalAccuracy),
        })
        {
            if (value is { } number)
            {
                _tensorBoard.add_scalar(tag, (float)number, (int)row.Step);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static LogRow Parse(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<LogRow>(line, Rows)!;
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path}, line {number}: no row of a run's log; expected an object with step and tokens", broken);
        }
    }

    private static string Line(LogRow row) => JsonSerializer.Serialize(row, Rows);
}

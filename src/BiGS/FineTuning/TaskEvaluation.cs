using BiGS.Checkpoints;
using BiGS.Evaluation;
using BiGS.Tokenizers;

namespace BiGS.FineTuning;

/// <summary>What a fine-tuned model says to a task's examples.</summary>
/// <param name="Score">Compared with what is true.</param>
/// <param name="GuessHeader">The first line of a file of guesses; null for none.</param>
/// <param name="Guesses">Example by example, as a file for submission has them.</param>
/// <param name="Warnings">What was cut.</param>
public sealed record TaskAnswers(Score? Score, string? GuessHeader, IReadOnlyList<string> Guesses, IReadOnlyList<string> Warnings);

/// <summary>Scores a fine-tuned checkpoint on files of its task.</summary>
public static class TaskEvaluation
{
    /// <param name="task">The task's name.</param>
    /// <param name="kind">How its examples are read and scored.</param>
    /// <param name="opened">A checkpoint with the task's head; its labels are those of its config.json.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="paths">The files.</param>
    /// <param name="layout">Row length, pair style, distractors; as in training, or otherwise to see what becomes of it.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="InvalidDataException">The checkpoint has another head, or a file does not fit it: says where.</exception>
    public static TaskAnswers Score(
        string task, TaskKind kind, OpenedCheckpoint opened, BertTokenizer tokenizer, IReadOnlyList<string> paths, RowLayout layout,
        IProgress<FineTuningProgress>? progress = null, CancellationToken cancel = default)
    {
        if (opened.Model.Architecture != kind.Architecture || opened.Fresh.Count > 0)
        {
            throw new InvalidDataException($"the checkpoint is a {opened.Model.Architecture}{(opened.Fresh.Count > 0 ? " whose head is not trained" : "")}, but {task} is answered by a trained {kind.Architecture}; fine-tune it first with bigs finetune --task {task}");
        }

        var rows = new RowBuilder(tokenizer, FineTuningRun.RowLength(opened.Model.Config, layout.MaxLength), layout.PairStyle, layout.Distractors);
        LabelledExamples examples = kind.Read(paths, opened.File.Labels ?? [], rows);
        IReadOnlyList<float[]> answers = Answering.Logits(opened.Model, examples.Samples, tokenizer.Vocabulary.PadId, progress, cancel);
        bool isKnown = examples.Samples.All(sample => sample.Target is not null);
        return new TaskAnswers(isKnown ? examples.Score(task, answers) : null, examples.GuessHeader, [.. examples.Guesses(answers)], rows.Warnings);
    }
}

/// <summary>How texts become rows, where the model leaves a choice.</summary>
/// <param name="MaxLength">Tokens of a row; null for the model's positions, at most 512.</param>
/// <param name="PairStyle">How two texts are joined: as in training.</param>
/// <param name="Distractors">Unrelated texts between the two of a pair.</param>
public sealed record RowLayout(int? MaxLength = null, PairStyle PairStyle = PairStyle.Sep, int Distractors = 0);

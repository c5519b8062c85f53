using System.CommandLine;
using BiGS.Cli.Options;

namespace BiGS.Cli.Evaluations;

/// <summary>Options of the tasks that a fine-tuned model answers.</summary>
internal sealed class FineTunedOptions
{
    public Option<string> PairStyle { get; } = OptionFactory.Choice("--pair-style", "how two texts are joined, as in training", "sep", "cls");

    public Option<int?> Distractors { get; } = OptionFactory.Number("--distractors", "put N unrelated texts between the two of a pair", least: 0);

    public Option<string> Predictions { get; } = OptionFactory.Text("--predictions", "FILE", "write every answer: a .tsv (index, prediction, gold, texts, probabilities) or .jsonl; of squad and ner the file that their scorers read");

    public Option<bool> Overwrite { get; } = OptionFactory.Flag("--overwrite", "replace a file of predictions that is there");
}

using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Pipelines;
using BiGS.Weights;

namespace BiGS.Cli.Evaluations;

/// <summary>Options that several tasks share, or that one names in its own words.</summary>
internal sealed class EvaluationOptions
{
    private const string OnePiece = "piece";
    private const string RestOfWord = "rest-of-word";

    /// <summary>Which model, and what computes it.</summary>
    public AnsweringOptions Answering { get; } = new($"{ShippedModel.Name}, and {ShippedModel.EmbeddingName} for embedding and retrieval");

    public Option<string[]> Data { get; } = OptionFactory.Paths(
        "--data", "what to measure on: text for mlm (files, folders or globs) and score (a sentence a line); of a published set its file, of retrieval also a folder in the form of BEIR's; of a fine-tuned task its folder or a file");

    public ColumnOptions Columns { get; } = new();

    public TableFormatOptions Tables { get; } = new();

    public Option<int?> Limit { get; } = OptionFactory.Number(
        "--limit", "read only N documents or lines, the first ones; of a published set, which is sorted, N evenly spread over it; of a fine-tuned task N drawn at random, the same each time, each class in its share", least: 1);

    public LayoutOptions Layout { get; } = new();

    public Option<int?> MaxLength { get; } = OptionFactory.Number("--max-length", "tokens in a row (default: the model's positions, at most 512)", least: 3);

    public Option<string> Masking { get; } = OptionFactory.Choice(
        "--masking", "what is hidden while a word piece of a sentence is scored: it alone, or what follows of its word too", OnePiece, RestOfWord);

    public Option<int?> Seed { get; } = OptionFactory.Number("--seed", "decides the masks of mlm (default 1), the text of grammar (default 42)", least: 0);

    public static PieceMasking Hidden(string masking) => masking == RestOfWord ? PieceMasking.RestOfWord : PieceMasking.Single;
}

using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>A task: a kind of question, and what its files are called.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Kind">How its examples are read, learned and scored.</param>
/// <param name="Train">Names of the training file, of GLUE's own layout and of others; the first that is there counts, each also as .gz.</param>
/// <param name="Validation">Names of the file that epochs are compared on.</param>
/// <param name="AdditionalValidation">Further files to report: another domain, another genre.</param>
/// <param name="Description">In a few words.</param>
public sealed record TaskDefinition(string Name, TaskKind Kind, IReadOnlyList<string> Train, IReadOnlyList<string> Validation, IReadOnlyList<string> AdditionalValidation, string Description)
{
    /// <summary>Whether its examples are classes of two texts, between which others can be put.</summary>
    public bool IsPair => Kind is TextClassification { ReadsPairs: true };

    /// <summary>The file of a folder that has one of these names.</summary>
    /// <exception cref="FileNotFoundException">None has.</exception>
    internal static string Find(string folder, IReadOnlyList<string> names, string option) =>
        TryFind(folder, names) ?? throw new FileNotFoundException($"{folder}: there is none of {string.Join(", ", names)} (or .gz of them); name the file with {option}");

    /// <summary>The same, null where there is none.</summary>
    internal static string? TryFind(string folder, IReadOnlyList<string> names) =>
        names.SelectMany(name => (string[])[name, name + ".gz"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

/// <summary>The tasks by name: GLUE (Wang et al. 2018) and the others of the paper.</summary>
public static class TaskTable
{
    private static readonly string[] TrainTsv = ["train.tsv"];
    private static readonly string[] DevTsv = ["dev.tsv"];

    public static IReadOnlyList<TaskDefinition> All { get; } =
    [
        new("cola", Single(Column.Named("sentence", 4), Column.Named("label", 2), ClassMetric.Matthews, ClassMetric.Accuracy),
            ["train.tsv", "in_domain_train.tsv"], ["dev.tsv", "in_domain_dev.tsv"], ["out_of_domain_dev.tsv"], "is a sentence English?"),
        new("sst2", Single(new Column(["sentence", "content"], 2), Column.Named("label", 1), ClassMetric.Accuracy), TrainTsv, DevTsv, [], "is a review friendly?"),
        new("mrpc", Pair(Column.Named("#1 String", 4), Column.Named("#2 String", 5), Column.Named("Quality", 1), ClassMetric.F1, ClassMetric.Accuracy),
            ["train.tsv", "msr_paraphrase_train.txt"], ["dev.tsv", "msr_paraphrase_test.txt"], [], "do two sentences say the same?"),
        new("qqp", Pair(Column.Named("question1", 4), Column.Named("question2", 5), Column.Named("is_duplicate", 6), ClassMetric.F1, ClassMetric.Accuracy), TrainTsv, DevTsv, [], "do two questions ask the same?"),
        new("stsb", new TextRegression((path, labelled, tables) => TextExample.FromTable(path, Column.Named("sentence1", 1), Column.Named("sentence2", 2), Column.Named("score", 3), labelled, tables)) { NotPublished = -1 },
            ["train.tsv", "stsb-en-train.csv"], ["dev.tsv", "stsb-en-dev.csv"], [], "how alike are two sentences, from 0 to 5?"),
        new("mnli", Pair(new Column(["sentence1", "premise"], 1), new Column(["sentence2", "hypothesis"], 2), new Column(["gold_label", "label"], 3, Last: true), ClassMetric.Accuracy),
            TrainTsv, ["dev_matched.tsv", "dev.jsonl"], ["dev_mismatched.tsv"], "does a sentence follow from another?"),
        new("snli", Pair(new Column(["sentence1", "premise"], 1), new Column(["sentence2", "hypothesis"], 2), new Column(["gold_label", "label"], 3, Last: true), ClassMetric.Accuracy),
            ["train.tsv", "validation.tsv"], ["dev.tsv", "test.tsv"], [], "does a sentence follow from the caption of a picture?"),
        new("qnli", Pair(Column.Named("question", 2), Column.Named("sentence", 3), Column.Named("label", 4), ClassMetric.Accuracy), TrainTsv, DevTsv, [], "does a sentence answer a question?"),
        new("rte", Pair(Column.Named("sentence1", 2), Column.Named("sentence2", 3), Column.Named("label", 4), ClassMetric.Accuracy), TrainTsv, DevTsv, [], "does a sentence follow from a text?"),
        new("wnli", Pair(Column.Named("sentence1", 2), Column.Named("sentence2", 3), Column.Named("label", 4), ClassMetric.Accuracy), TrainTsv, DevTsv, [], "whom does a pronoun mean?"),
        new("squad", new QuestionAnswering(), ["train-v1.1.json", "train-v2.0.json", "squad_v1.1_subset_train.json"], ["dev-v1.1.json", "dev-v2.0.json", "xquad.en.json"], [],
            "which words of a text answer a question? (SQuAD 1.1 and 2.0)"),
        new("choice", new MultipleChoice(),
            ["train.jsonl", "train.csv", "train_rand_split.jsonl", "commonsenseqa_v1.0_train_rand_split.jsonl", "hellaswag_train.jsonl", "ARC-Challenge-Train.jsonl"],
            ["dev.jsonl", "val.jsonl", "valid.jsonl", "val.csv", "valid.csv", "dev_rand_split.jsonl", "commonsenseqa_v1.0_dev_rand_split.jsonl", "hellaswag_val.jsonl", "ARC-Challenge-Dev.jsonl"], [],
            "which of several answers is right? (COPA, PIQA, CosmosQA, ARC, CommonsenseQA, SWAG, HellaSwag, QuALITY, your own)"),
        new("ner", new TokenTagging(), ["train.conll", "train.txt", "wnut17_train.conll"], ["dev.conll", "valid.txt", "wnut17_dev.conll"], ["test.conll", "wnut17_test.conll"],
            "a tag for every word: CoNLL files, or .jsonl or .parquet with tokens and tags"),
        new("embedding", Embedding(null, ScoredPairColumns.StsB), ["train.txt", "train.tsv", "train.csv", "train.jsonl"],
            ["dev.tsv", "dev.csv", "stsb-en-dev.csv"], ["test.csv", "stsb-en-test.csv"],
            "vectors of texts: learned by contrast from pairs, or from plain text; how far their cosines follow what people say (STS-B)"),
        new("contract-nli", new TextClassification((path, _, tables) => TextExample.FromContracts(path, tables), ClassMetric.Accuracy, ClassMetric.MacroF1), ["train.json", "train_50docs.json"], ["dev.json"], ["test.json"],
            "does a contract entail a hypothesis?"),
    ];

    /// <summary>Classes of your own texts.</summary>
    public static TaskKind Classification(Column text, Column? pair, Column label) =>
        new TextClassification((path, labelled, tables) => TextExample.FromTable(path, text, pair, label, labelled, tables), ClassMetric.Accuracy, ClassMetric.MacroF1) { HasOwnClasses = true };

    /// <summary>Values of your own texts.</summary>
    public static TaskKind Regression(Column text, Column? pair, Column label) =>
        new TextRegression((path, labelled, tables) => TextExample.FromTable(path, text, pair, label, labelled, tables));

    /// <summary>Vectors of your own texts.</summary>
    /// <inheritdoc cref="TextEmbedding(ContrastColumns?, ScoredPairColumns)"/>
    public static TaskKind Embedding(ContrastColumns? learned, ScoredPairColumns measured) => new TextEmbedding(learned, measured);

    private static TextClassification Single(Column text, Column label, params IReadOnlyList<ClassMetric> metrics) =>
        new((path, labelled, tables) => TextExample.FromTable(path, text, null, label, labelled, tables), metrics);

    private static TextClassification Pair(Column first, Column second, Column label, params IReadOnlyList<ClassMetric> metrics) =>
        new((path, labelled, tables) => TextExample.FromTable(path, first, second, label, labelled, tables), metrics) { ReadsPairs = true };
}

using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>Which columns of a table hold questions and the answers to choose from.</summary>
/// <param name="Context">What is read before the question; null for nothing.</param>
/// <param name="Question">What is asked, or how every answer begins; null for nothing.</param>
/// <param name="Choices">One column for each choice, or one that holds an array of them.</param>
/// <param name="Answer">The right one: its number, its letter or its text; null where it is not known.</param>
public sealed record ChoiceColumns(Column? Context, Column? Question, IReadOnlyList<Column> Choices, Column? Answer);

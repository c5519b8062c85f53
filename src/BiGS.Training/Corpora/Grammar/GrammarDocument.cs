namespace BiGS.Training.Corpora;

/// <summary>A page about one place, a small cast and their things.</summary>
/// <param name="Title">The old harbour.</param>
/// <param name="Text">One paragraph: the sentences, joined by single spaces.</param>
/// <param name="Sentences">The same, each with its ground truth.</param>
internal sealed record GrammarDocument(string Title, string Text, IReadOnlyList<GrammarSentence> Sentences);
